using ApiTokens.Core.Tests.Support;
using ApiTokens.Http;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

public sealed class AdaptiveRateLimiterTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    // For sequential requests: a wait takes no time and advances the clock.
    private readonly TestTimeProvider _clock = new() { SkipUpTo = TimeSpan.FromHours(1) };

    // For concurrent requests: only the test advances it.
    private readonly TestTimeProvider _manualClock = new();
    private readonly List<DateTimeOffset> _sent = [];
    private int _requested;

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(2500)]
    public async Task Wait_SequentialRequests_UsesCapWithoutExceedingIt(int cap)
    {
        var limiter = new AdaptiveRateLimiter(_clock, cap);
        for (int i = 0; i < 5 * cap; i++)
        {
            await limiter.WaitAsync(default);
            _sent.Add(_clock.GetUtcNow());
        }

        AssertAtMostInEachSecond(cap);
        Assert.InRange((_sent[^1] - _sent[0]).TotalSeconds, ((5 * cap) - 1.0) / cap, ((5 * cap) - 1.0) / cap / 0.95);
    }

    [Fact]
    public async Task Wait_ConcurrentRequests_DoesNotExceedCap()
    {
        const int Cap = 10;
        var limiter = new AdaptiveRateLimiter(_manualClock, Cap);
        Task sending = SendAsync(limiter, 4 * Cap);

        await AdvanceAsync(TimeSpan.FromSeconds(4.2));

        await sending;
        AssertAtMostInEachSecond(Cap);
    }

    [Fact]
    public async Task Wait_NoCap_DoesNotWait()
    {
        var limiter = new AdaptiveRateLimiter(_clock, requestsPerSecond: null);

        for (int i = 0; i < 1000; i++)
        {
            await AssertDoesNotWaitAsync(limiter);
            limiter.OnSuccess();
        }

        Assert.Empty(_clock.Waits);
    }

    [Fact]
    public async Task OnThrottled_RequestsWaiting_DelaysWaitingAndNewRequests()
    {
        var limiter = new AdaptiveRateLimiter(_manualClock, requestsPerSecond: 10);
        Task waiting = SendAsync(limiter, 5);
        await AdvanceAsync(TimeSpan.FromMilliseconds(150));
        Assert.Equal(2, _sent.Count);

        limiter.OnThrottled(TimeSpan.FromSeconds(7));
        Task later = SendAsync(limiter, 5);
        await AdvanceAsync(TimeSpan.FromMilliseconds(6999));
        Assert.Equal(2, _sent.Count);

        await AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(10, _sent.Count);
    }

    [Fact]
    public async Task OnThrottled_RequestsWithLaterReservations_DoNotExceedCapAfterPause()
    {
        const int Cap = 10;
        var limiter = new AdaptiveRateLimiter(_manualClock, Cap);
        Task waiting = SendAsync(limiter, 3 * Cap);
        await AdvanceAsync(TimeSpan.FromMilliseconds(50));

        limiter.OnThrottled(TimeSpan.FromSeconds(1));
        Task later = SendAsync(limiter, Cap);
        await AdvanceAsync(TimeSpan.FromSeconds(12));

        Assert.Equal(4 * Cap, _sent.Count);
        AssertAtMostInEachSecond(Cap);
    }

    [Fact]
    public async Task OnThrottled_RateWasMeasured_ContinuesAtItAndRisesUntilThrottledAgain()
    {
        const int Rate = 30;
        var limiter = new AdaptiveRateLimiter(_clock, requestsPerSecond: null);
        for (int i = 0; i < 3 * Rate; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1) / Rate);
            limiter.OnSuccess();
        }

        limiter.OnThrottled(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await limiter.WaitAsync(default);
        Assert.InRange(1 / await TimeToSendAsync(limiter), Rate - 1, Rate + 2);

        limiter.OnSuccess();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await limiter.WaitAsync(default);
        Assert.InRange(1 / await TimeToSendAsync(limiter), 3 * Rate, 10 * Rate);
    }

    [Fact]
    public async Task OnThrottled_NoRetryAfter_DoublesPauseUpToSixteenSeconds()
    {
        var limiter = new AdaptiveRateLimiter(_clock, requestsPerSecond: null);
        var pauses = new List<double>();

        for (int i = 0; i < 7; i++)
        {
            limiter.OnThrottled(requestedWait: null);
            pauses.Add(await TimeToSendAsync(limiter));
        }

        Assert.Equal([1, 2, 4, 8, 16, 16, 16], pauses.Select(pause => (int)Math.Round(pause)));
    }

    [Fact]
    public async Task OnSuccess_AfterThrottling_ResetsPause()
    {
        var limiter = new AdaptiveRateLimiter(_clock, requestsPerSecond: 1000);
        limiter.OnThrottled(requestedWait: null);
        _clock.Advance(TimeSpan.FromSeconds(1));
        limiter.OnThrottled(requestedWait: null);
        _clock.Advance(TimeSpan.FromSeconds(2));
        limiter.OnSuccess();

        limiter.OnThrottled(requestedWait: null);

        Assert.Equal(1, Math.Round(await TimeToSendAsync(limiter), 2));
    }

    [Fact]
    public async Task OnThrottled_Burst_LowersRateOnce()
    {
        const int Cap = 100;
        var limiter = new AdaptiveRateLimiter(_clock, Cap);
        for (int i = 0; i < 20; i++)
        {
            limiter.OnThrottled(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(await RateAfterPauseAsync(limiter, TimeSpan.FromSeconds(1)), 0.65 * Cap, 0.7 * Cap);
    }

    [Fact]
    public async Task OnThrottled_Burst_UsesLongestWait()
    {
        var limiter = new AdaptiveRateLimiter(_clock, requestsPerSecond: 100);
        limiter.OnThrottled(TimeSpan.FromSeconds(1));
        limiter.OnThrottled(TimeSpan.FromSeconds(5));
        limiter.OnThrottled(TimeSpan.FromSeconds(2));

        Assert.Equal(5, Math.Round(await TimeToSendAsync(limiter), 2));
    }

    [Fact]
    public async Task OnThrottled_Repeatedly_LowersRateUntilSuccessRaisesItToCap()
    {
        const int Cap = 100;
        var limiter = new AdaptiveRateLimiter(_clock, Cap);
        for (int i = 0; i < 3; i++)
        {
            limiter.OnThrottled(TimeSpan.FromSeconds(1));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        double low = await RateAsync(limiter);
        Assert.InRange(low, 0.3 * Cap, 0.35 * Cap);

        for (int second = 0; second < 30; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            limiter.OnSuccess();
        }

        Assert.InRange(await RateAsync(limiter), 0.95 * Cap, Cap);
    }

    [Fact]
    public async Task OnThrottled_NoCap_UsesMeasuredRateAndRecovers()
    {
        var limiter = new AdaptiveRateLimiter(_clock, requestsPerSecond: null);
        for (int i = 0; i <= 100; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(10));
            limiter.OnSuccess();
        }

        limiter.OnThrottled(TimeSpan.FromSeconds(1));
        Assert.InRange(await RateAfterPauseAsync(limiter, TimeSpan.FromSeconds(1)), 98, 125);

        for (int second = 0; second < 60; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            limiter.OnSuccess();
        }

        for (int i = 0; i < 1000; i++)
        {
            await AssertDoesNotWaitAsync(limiter);
        }
    }

    [Fact]
    public async Task OnThrottled_ManyTimes_KeepsMinimumRate()
    {
        var limiter = new AdaptiveRateLimiter(_clock, requestsPerSecond: 100);
        for (int i = 0; i < 50; i++)
        {
            limiter.OnThrottled(TimeSpan.FromSeconds(1));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await AssertDoesNotWaitAsync(limiter);
        Assert.Equal(2, Math.Round(await TimeToSendAsync(limiter), 2));
    }

    [Fact]
    public async Task Cap_SetToSameValue_KeepsLearnedRateAndOtherValueReplacesIt()
    {
        const int Cap = 100;
        var limiter = new AdaptiveRateLimiter(_clock, Cap);
        limiter.OnThrottled(TimeSpan.FromSeconds(1));

        limiter.Cap = Cap;
        Assert.InRange(await RateAfterPauseAsync(limiter, TimeSpan.FromSeconds(1)), 0.65 * Cap, 0.7 * Cap);

        limiter.Cap = 50;
        Assert.InRange(await RateAsync(limiter), 47, 50);
    }

    [Fact]
    public async Task Wait_Cancelled_Throws()
    {
        var limiter = new AdaptiveRateLimiter(_manualClock, requestsPerSecond: 100);
        limiter.OnThrottled(TimeSpan.FromSeconds(60));
        using var cancellation = new CancellationTokenSource();
        Task waiting = limiter.WaitAsync(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData("2", 2)]
    [InlineData("Tue, 31 Mar 2026 12:00:30 GMT", 30)]
    [InlineData("Tue, 31 Mar 2026 11:59:00 GMT", 0)]
    public async Task RetryAfter_OneRequest_PausesAllRequestsOfConnection(string retryAfter, int seconds)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Respond(429, headers: [("Retry-After", retryAfter), ("Date", "Tue, 31 Mar 2026 12:00:00 GMT")])
            .Json("""{"id":3,"name":"a"}""")
            .Json("""{"id":3,"name":"b"}""");
        var clock = new TestTimeProvider();

        // Without a timeout, the only timers are those of requests that wait for the end of the pause.
        TokenConnection connection = await TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = "Devo",
                BaseUri = server.BaseUri,
                Account = "acme",
                Secret = SecretText.ToSecureString("s"),
                SkipCheck = true,
                Time = clock,
                Timeout = Timeout.InfiniteTimeSpan,
            },
            default);
        Task first = connection.Tokens.GetAsync("3", default);
        Assert.True(await EventuallyAsync(() => seconds == 0 || clock.Pending == 1));

        Task second = connection.Tokens.GetAsync("3", default);
        if (seconds > 0)
        {
            Assert.True(await EventuallyAsync(() => clock.Pending == 2));
            clock.Advance(TimeSpan.FromSeconds(seconds) - Step);
            Assert.NotSame(first, await Task.WhenAny(first, second, Task.Delay(50)));
            Assert.Single(server.Requests);
        }

        while (!first.IsCompleted || !second.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(Task.WhenAll(first, second), Task.Delay(2));
        }

        await first;
        await second;
        Assert.Equal(3, server.Requests.Count);
    }

    private static async Task<bool> EventuallyAsync(Func<bool> condition)
    {
        for (int i = 0; i < 3000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        return condition();
    }

    private static async Task AssertDoesNotWaitAsync(AdaptiveRateLimiter limiter)
    {
        Task waiting = limiter.WaitAsync(default);
        Assert.True(waiting.IsCompleted);
        await waiting;
    }

    // The time that the next request has to wait.
    private async Task<double> TimeToSendAsync(AdaptiveRateLimiter limiter)
    {
        DateTimeOffset from = _clock.GetUtcNow();
        await limiter.WaitAsync(default);
        return (_clock.GetUtcNow() - from).TotalSeconds;
    }

    private Task<double> RateAfterPauseAsync(AdaptiveRateLimiter limiter, TimeSpan pause)
    {
        _clock.Advance(pause);
        return RateAsync(limiter);
    }

    // The current number of requests per second.
    private async Task<double> RateAsync(AdaptiveRateLimiter limiter)
    {
        const int Requests = 50;
        await limiter.WaitAsync(default);
        DateTimeOffset from = _clock.GetUtcNow();
        for (int i = 0; i < Requests; i++)
        {
            await limiter.WaitAsync(default);
        }

        return Requests / (_clock.GetUtcNow() - from).TotalSeconds;
    }

    private Task SendAsync(AdaptiveRateLimiter limiter, int count)
    {
        _requested += count;
        return Task.WhenAll(Enumerable.Range(0, count).Select(_ => OneAsync()));

        async Task OneAsync()
        {
            await limiter.WaitAsync(default);
            lock (_sent)
            {
                _sent.Add(_manualClock.GetUtcNow());
            }
        }
    }

    private async Task AdvanceAsync(TimeSpan by)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < by; passed += Step)
        {
            _manualClock.Advance(Step);

            // A request that a timer has resumed runs on another thread, until it waits again or is sent.
            while (!IsSettled())
            {
                await Task.Yield();
            }
        }
    }

    private bool IsSettled()
    {
        lock (_sent)
        {
            return _manualClock.Pending + _sent.Count == _requested;
        }
    }

    private void AssertAtMostInEachSecond(int cap)
    {
        DateTimeOffset[] sent = [.. _sent.Order()];
        for (int i = 0; i + cap < sent.Length; i++)
        {
            Assert.True(
                sent[i + cap] - sent[i] >= TimeSpan.FromSeconds(1),
                $"{cap + 1} within {sent[i + cap] - sent[i]} from {sent[i] - sent[0]}.");
        }
    }
}
