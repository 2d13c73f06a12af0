using System.Globalization;
using System.Net;

namespace ApiTokens.Sandbox.Tests;

/// <summary>The ids of WEGnology's tokens, and the list in their order, which is that of creation.</summary>
public sealed class WegnologyOrderTests : SandboxTest
{
    private const int Generated = 3_500;
    private const string Tokens = "/me/tokens";

    internal override SandboxOptions Options => new() { TimeProvider = Clock, Tokens = Generated };

    private Client Admin => Administrator("wegnology", "Bearer");

    [Fact]
    public async Task An_id_begins_with_the_time_of_creation_and_grows()
    {
        var ids = new List<string>();
        for (int i = 0; i < 3; i++)
        {
            ids.Add(await CreateAsync());
            ids.Add(await CreateAsync());
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{24}$", id));
        Assert.Equal(Clock.GetUtcNow().AddSeconds(-3).ToUnixTimeSeconds(), SecondsOf(ids[0]));
        Assert.Equal(SecondsOf(ids[0]) + 2, SecondsOf(ids[^1]));
        Assert.Single(ids.Select(id => id[8..18]).Distinct());
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(ids, (await IdsAsync(perPage: 1_000))[^6..]);
    }

    [Fact]
    public async Task Generated_ids_are_of_the_same_form_and_come_before_new_ones()
    {
        List<string> ids = await IdsAsync(perPage: 1_000);
        string created = await CreateAsync();
        Answer first = await Admin.GetAsync($"{Tokens}?filterField=name&filter=token-0000001");
        Answer last = await Admin.GetAsync($"{Tokens}?filterField=name&filter=token-{Generated:d7}");

        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{24}$", id));
        Assert.Equal(ids[^Generated], first.Items[0]!["id"]!.GetValue<string>());
        Assert.Equal(ids[^1], last.Items[0]!["id"]!.GetValue<string>());
        Assert.Equal(Clock.GetUtcNow().AddDays(-30).ToUnixTimeSeconds(), SecondsOf(ids[^1]));
        Assert.True(string.CompareOrdinal(ids[^1], created) < 0);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(999)]
    [InlineData(37)]
    public async Task Pages_by_id_are_whole_and_in_order_at_any_depth(int perPage)
    {
        List<string> ascending = await IdsAsync(perPage);
        List<string> descending = await IdsAsync(perPage, "desc");

        Assert.Equal(Generated + 6, ascending.Count);
        Assert.Equal(ascending.Order(StringComparer.Ordinal).Distinct(), ascending);
        Assert.Equal(Enumerable.Reverse(ascending), descending);
        Assert.Empty((await Admin.GetAsync($"{Tokens}?sortField=id&perPage={perPage}&page=1000000")).Items);
    }

    [Fact]
    public async Task Pages_by_id_stay_right_while_tokens_come_and_go()
    {
        List<string> expected = await IdsAsync(perPage: 500);
        var random = new Random(1);
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < 40; i++)
            {
                // Those around the ends of pages of a thousand, where pages begin to be looked for, and anywhere.
                int place = i % 4 == 0 ? (i % 3 * 1_000) + (i % 5) : random.Next(expected.Count);
                if (expected[place] != "5e00000000000000000000ff")
                {
                    await Admin.DeleteAsync($"{Tokens}/{expected[place]}");
                    expected.RemoveAt(place);
                }
            }

            expected.Add(await CreateAsync());
            expected.Add(await CreateAsync());

            Assert.Equal(expected, await IdsAsync(perPage: 500));
            Assert.Equal(expected[^1], (await Admin.GetAsync($"{Tokens}?sortField=id&sortDirection=desc&perPage=1")).Items[0]!["id"]!.GetValue<string>());
        }

        (await Admin.DeleteAsync($"{Tokens}/{expected[^1]}")).Expect(HttpStatusCode.OK);
        (await Admin.DeleteAsync($"{Tokens}/{expected[^1]}")).Expect(HttpStatusCode.NotFound);
        Assert.Equal(expected.Count - 1, (await Admin.GetAsync(Tokens))["totalCount"]!.GetValue<int>());
    }

    [Fact]
    public async Task Filtered_pages_by_id_follow_every_change()
    {
        const string Filter = "filterField=status&filter=inactive";
        List<string> inactive = await IdsAsync(perPage: 50, filter: Filter);
        Assert.Equal((Generated / 17) + 1, inactive.Count);

        await Admin.PatchAsync($"{Tokens}/{inactive[100]}", """{"status":"active"}""");
        inactive.RemoveAt(100);
        Assert.Equal(inactive, await IdsAsync(perPage: 50, filter: Filter));

        await Admin.DeleteAsync($"{Tokens}/{inactive[5]}");
        inactive.RemoveAt(5);
        Assert.Equal(inactive, await IdsAsync(perPage: 50, filter: Filter));

        inactive.Add((await Admin.PostAsync(Tokens, """{"name":"n","status":"inactive"}""")).Id);
        Assert.Equal(inactive, await IdsAsync(perPage: 50, filter: Filter));
        Assert.Equal(100, (await IdsAsync(perPage: 30, filter: "filterField=name&filter=token-00017??")).Count);
    }

    private async Task<string> CreateAsync() => (await Admin.PostAsync(Tokens, """{"name":"n"}""")).Expect(HttpStatusCode.Created).Id;

    private async Task<List<string>> IdsAsync(int perPage, string direction = "asc", string filter = "")
    {
        var ids = new List<string>();
        for (int page = 0; ; page++)
        {
            Answer answer = await Admin.GetAsync($"{Tokens}?sortField=id&sortDirection={direction}&perPage={perPage}&page={page}&{filter}");
            if (answer.Items.Count == 0)
            {
                Assert.Equal(ids.Count, answer["totalCount"]!.GetValue<int>());
                return ids;
            }

            ids.AddRange(answer.Items.Select(item => item!["id"]!.GetValue<string>()));
        }
    }

    private static long SecondsOf(string id) => long.Parse(id.AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
