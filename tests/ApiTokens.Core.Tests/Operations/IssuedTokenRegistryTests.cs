using System.Globalization;
using ApiTokens.Operations;

namespace ApiTokens.Core.Tests.Operations;

public sealed class IssuedTokenRegistryTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly IssuedTokenRegistry _ledger = new();

    [Fact]
    public void A_long_run_holds_only_what_a_search_can_still_come_upon()
    {
        for (int second = 0; second < 36_000; second++)
        {
            using (_ledger.Begin("ci", Start.AddSeconds(second - 60)))
            {
                _ledger.AddIssued(Token(second, Start.AddSeconds(second)));
            }
        }

        Assert.InRange(_ledger.Count, 60, 200);
        Assert.True(_ledger.Contains("35999"));
        Assert.True(_ledger.Contains("35940"));
        Assert.False(_ledger.Contains("0"));
    }

    [Fact]
    public void Nothing_is_forgotten_that_a_create_still_under_way_may_come_upon()
    {
        IDisposable slow = _ledger.Begin("ci", Start);
        for (int minute = 0; minute < 600; minute++)
        {
            using (_ledger.Begin("ci", Start.AddMinutes(minute)))
            {
                _ledger.AddIssued(Token(minute, Start.AddMinutes(minute)));
            }
        }

        Assert.Equal(600 + 1, _ledger.Count);
        slow.Dispose();
        using (_ledger.Begin("ci", Start.AddMinutes(600)))
        {
        }

        Assert.InRange(_ledger.Count, 0, 2);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(90)]
    public void A_token_that_may_look_new_to_any_search_stays(int? minutesAhead)
    {
        // A service that does not say when it created a token, or whose clock is ahead.
        using (_ledger.Begin("ci", Start))
        {
            _ledger.AddIssued(Token(1, minutesAhead is { } minutes ? Start.AddMinutes(minutes) : null));
        }

        using (_ledger.Begin("ci", Start.AddMinutes(89)))
        {
        }

        Assert.True(_ledger.Contains("1"));
    }

    [Fact]
    public void A_name_is_shared_while_two_of_it_are_under_way()
    {
        IDisposable one = _ledger.Begin("ci", Start);
        Assert.False(_ledger.IsShared("ci"));

        IDisposable two = _ledger.Begin("ci", Start);
        using IDisposable other = _ledger.Begin("nightly", Start);
        Assert.True(_ledger.IsShared("ci"));
        Assert.False(_ledger.IsShared("nightly"));

        one.Dispose();
        Assert.False(_ledger.IsShared("ci"));
        two.Dispose();
    }

    private static ApiToken Token(int id, DateTimeOffset? createdAt) =>
        new() { Connection = "gcore", Service = "Gcore", Account = "1001", Id = id.ToString(CultureInfo.InvariantCulture), Name = "ci", CreatedAt = createdAt };
}
