using ApiTokens.Core.Tests.Support;
using ApiTokens.Http;

namespace ApiTokens.Core.Tests.Http;

public sealed class AdaptiveRateLimiterGuessTests
{
    [Fact]
    public async Task One_limit_before_anything_was_measured_does_not_slow_a_connection_for_long()
    {
        var clock = new TestTimeProvider { SkipUpTo = TimeSpan.FromMinutes(1) };
        var pace = new AdaptiveRateLimiter(clock, requestsPerSecond: null);
        pace.OnThrottled(TimeSpan.FromSeconds(1));
        long start = clock.GetTimestamp();

        for (int i = 0; i < 2000; i++)
        {
            await pace.WaitAsync(default);
            pace.OnSuccess();
        }

        Assert.InRange(clock.GetElapsedTime(start).TotalSeconds, 2, 12);
    }
}
