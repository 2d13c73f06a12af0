using System.Globalization;
using ApiTokens.Operations;

namespace ApiTokens.Core.Tests.Operations;

public sealed class IssuedTokenRegistryTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly IssuedTokenRegistry _registry = new();

    [Fact]
    public void AddIssued_LongRun_KeepsOnlyTokensThatASearchCanFind()
    {
        for (int second = 0; second < 36_000; second++)
        {
            using (_registry.Begin("ci", Start.AddSeconds(second - 60)))
            {
                _registry.AddIssued(Token(second, Start.AddSeconds(second)), Start.AddSeconds(second));
            }
        }

        Assert.InRange(_registry.Count, 60, 200);
        Assert.True(_registry.Contains(TokenIdentity.Of(Token(35999, Start))));
        Assert.True(_registry.Contains(TokenIdentity.Of(Token(35940, Start))));
        Assert.False(_registry.Contains(TokenIdentity.Of(Token(0, Start))));
    }

    [Fact]
    public void AddIssued_OneTokenWithoutCreationTime_DoesNotKeepTheOthers()
    {
        _registry.AddIssued(Token(-1, createdAt: null), Start);
        for (int second = 0; second < 36_000; second++)
        {
            using (_registry.Begin("ci", Start.AddSeconds(second - 60)))
            {
                _registry.AddIssued(Token(second, Start.AddSeconds(second)), Start.AddSeconds(second));
            }
        }

        Assert.InRange(_registry.Count, 60, 200);
        Assert.True(_registry.Contains(TokenIdentity.Of(Token(-1, Start))));
    }

    [Fact]
    public void AddIssued_SlowCreateInProgress_KeepsAllTokensSinceItsStart()
    {
        IDisposable slow = _registry.Begin("ci", Start);
        for (int minute = 0; minute < 600; minute++)
        {
            using (_registry.Begin("ci", Start.AddMinutes(minute)))
            {
                _registry.AddIssued(Token(minute, Start.AddMinutes(minute)), Start.AddMinutes(minute));
            }
        }

        Assert.Equal(600 + 1, _registry.Count);
        slow.Dispose();
        using (_registry.Begin("ci", Start.AddMinutes(600)))
        {
        }

        Assert.InRange(_registry.Count, 0, 2);
    }

    [Theory]
    [InlineData(null, 89)]
    [InlineData(90, 1)]
    [InlineData(-90, 1)]
    public void AddIssued_TokenWithoutReliableCreationTime_IsKept(int? minutesAhead, int nextMinute)
    {
        // A service that returns no creation time, or whose clock is ahead or behind.
        using (_registry.Begin("ci", Start))
        {
            _registry.AddIssued(Token(1, minutesAhead is { } minutes ? Start.AddMinutes(minutes) : null), Start);
        }

        using (_registry.Begin("ci", Start.AddMinutes(nextMinute)))
        {
        }

        Assert.True(_registry.Contains(TokenIdentity.Of(Token(1, Start))));
    }

    [Fact]
    public void CountPending_TwoCreatesOfOneName_CountsBothUntilOneEnds()
    {
        IDisposable one = _registry.Begin("ci", Start);
        Assert.Equal(1, _registry.CountPending("ci"));

        IDisposable two = _registry.Begin("ci", Start);
        using IDisposable other = _registry.Begin("nightly", Start);
        Assert.Equal(2, _registry.CountPending("ci"));
        Assert.Equal(1, _registry.CountPending("nightly"));

        one.Dispose();
        Assert.Equal(1, _registry.CountPending("ci"));
        two.Dispose();
    }

    private static ApiToken Token(int id, DateTimeOffset? createdAt) => new()
    {
        Connection = "gcore",
        Service = "Gcore",
        Account = "1001",
        Id = id.ToString(CultureInfo.InvariantCulture),
        Name = "ci",
        CreatedAt = createdAt,
    };
}
