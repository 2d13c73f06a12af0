using ApiTokens.Core.Tests.Support;
using ApiTokens.Http;

namespace ApiTokens.Core.Tests.Http;

public sealed class AdaptiveRateLimiterGuessTests
{
    [Fact]
    public async Task OnThrottled_BeforeAnyMeasurement_SlowsOnlyBriefly()
    {
        var clock = new TestTimeProvider { SkipUpTo = TimeSpan.FromMinutes(1) };
        var limiter = new AdaptiveRateLimiter(clock, requestsPerSecond: null);
        limiter.OnThrottled(TimeSpan.FromSeconds(1));
        long start = clock.GetTimestamp();

        for (int i = 0; i < 2000; i++)
        {
            await limiter.WaitAsync(default);
            limiter.OnSuccess();
        }

        Assert.InRange(clock.GetElapsedTime(start).TotalSeconds, 2, 12);
    }
}
