using System.Globalization;
using System.Net;

namespace ApiTokens.Sandbox.Tests;

/// <summary>The ids of WEGnology tokens, and lists in their order, which is the order of creation.</summary>
public sealed class WegnologyOrderTests : SandboxTest
{
    private const int Generated = 3_500;
    private const string Tokens = "/me/tokens";

    internal override SandboxOptions Options => new() { TimeProvider = Clock, Tokens = Generated };

    private Client Admin => Administrator("wegnology", "Bearer");

    [Fact]
    public async Task Id_StartsWithCreationTimeAndIncreases()
    {
        var ids = new List<string>();
        for (int i = 0; i < 3; i++)
        {
            ids.Add(await CreateAsync());
            ids.Add(await CreateAsync());
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{24}$", id));
        Assert.Equal(Clock.GetUtcNow().AddSeconds(-3).ToUnixTimeSeconds(), GetSeconds(ids[0]));
        Assert.Equal(GetSeconds(ids[0]) + 2, GetSeconds(ids[^1]));
        Assert.Single(ids.Select(id => id[8..18]).Distinct());
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(ids, (await IdsAsync(perPage: 1_000))[^6..]);
    }

    [Fact]
    public async Task Id_Generated_HasSameFormatAndPrecedesNewIds()
    {
        List<string> ids = await IdsAsync(perPage: 1_000);
        string created = await CreateAsync();
        Response first = await Admin.GetAsync($"{Tokens}?filterField=name&filter=token-0000001");
        Response last = await Admin.GetAsync($"{Tokens}?filterField=name&filter=token-{Generated:d7}");

        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{24}$", id));
        Assert.Equal(ids[^Generated], first.Items[0]!["id"]!.GetValue<string>());
        Assert.Equal(ids[^1], last.Items[0]!["id"]!.GetValue<string>());
        Assert.Equal(Clock.GetUtcNow().AddDays(-30).ToUnixTimeSeconds(), GetSeconds(ids[^1]));
        Assert.True(string.CompareOrdinal(ids[^1], created) < 0);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(999)]
    [InlineData(37)]
    public async Task List_PagesById_AreCompleteAndOrdered(int perPage)
    {
        List<string> ascending = await IdsAsync(perPage);
        List<string> descending = await IdsAsync(perPage, "desc");

        Assert.Equal(Generated + 6, ascending.Count);
        Assert.Equal(ascending.Order(StringComparer.Ordinal).Distinct(), ascending);
        Assert.Equal(Enumerable.Reverse(ascending), descending);
        Assert.Empty((await Admin.GetAsync($"{Tokens}?sortField=id&perPage={perPage}&page=1000000")).Items);
    }

    [Fact]
    public async Task List_PagesByIdAfterChanges_StayCorrect()
    {
        List<string> expected = await IdsAsync(perPage: 500);
        var random = new Random(1);
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < 40; i++)
            {
                // Some near multiples of 1,000, where the index has its entries, and some anywhere.
                int index = i % 4 == 0 ? (i % 3 * 1_000) + (i % 5) : random.Next(expected.Count);
                if (expected[index] != "5e00000000000000000000ff")
                {
                    await Admin.DeleteAsync($"{Tokens}/{expected[index]}");
                    expected.RemoveAt(index);
                }
            }

            expected.Add(await CreateAsync());
            expected.Add(await CreateAsync());

            Assert.Equal(expected, await IdsAsync(perPage: 500));
            Assert.Equal(
                expected[^1],
                (await Admin.GetAsync($"{Tokens}?sortField=id&sortDirection=desc&perPage=1")).Items[0]!["id"]!.GetValue<string>());
        }

        (await Admin.DeleteAsync($"{Tokens}/{expected[^1]}")).Expect(HttpStatusCode.OK);
        (await Admin.DeleteAsync($"{Tokens}/{expected[^1]}")).Expect(HttpStatusCode.NotFound);
        Assert.Equal(expected.Count - 1, (await Admin.GetAsync(Tokens))["totalCount"]!.GetValue<int>());
    }

    [Fact]
    public async Task List_FilteredPagesByIdAfterChanges_StayCorrect()
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
            Response response = await Admin.GetAsync(
                $"{Tokens}?sortField=id&sortDirection={direction}&perPage={perPage}&page={page}&{filter}");
            if (response.Items.Count == 0)
            {
                Assert.Equal(ids.Count, response["totalCount"]!.GetValue<int>());
                return ids;
            }

            ids.AddRange(response.Items.Select(item => item!["id"]!.GetValue<string>()));
        }
    }

    private static long GetSeconds(string id) => long.Parse(id.AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
