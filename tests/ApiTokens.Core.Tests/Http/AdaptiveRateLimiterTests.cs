using ApiTokens.Core.Tests.Support;
using ApiTokens.Http;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

public sealed class AdaptiveRateLimiterTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    // For requests one after the other: a wait takes no time and moves the clock.
    private readonly TestTimeProvider _clock = new() { SkipUpTo = TimeSpan.FromHours(1) };

    // For requests at the same time: it goes as the test moves it.
    private readonly TestTimeProvider _still = new();
    private readonly List<DateTimeOffset> _sent = [];
    private int _asked;

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(2500)]
    public async Task A_cap_is_kept_in_every_second_and_used_nearly_whole(int cap)
    {
        var pace = new AdaptiveRateLimiter(_clock, cap);
        for (int i = 0; i < 5 * cap; i++)
        {
            await pace.WaitAsync(default);
            _sent.Add(_clock.GetUtcNow());
        }

        AssertAtMostInEachSecond(cap);
        Assert.InRange((_sent[^1] - _sent[0]).TotalSeconds, ((5 * cap) - 1.0) / cap, ((5 * cap) - 1.0) / cap / 0.95);
    }

    [Fact]
    public async Task A_cap_is_kept_by_requests_that_come_at_once()
    {
        const int Cap = 10;
        var pace = new AdaptiveRateLimiter(_still, Cap);
        Task sending = SendAsync(pace, 4 * Cap);

        await AdvanceAsync(TimeSpan.FromSeconds(4.2));

        await sending;
        AssertAtMostInEachSecond(Cap);
    }

    [Fact]
    public async Task Without_a_limit_nobody_waits()
    {
        var pace = new AdaptiveRateLimiter(_clock, requestsPerSecond: null);

        for (int i = 0; i < 1000; i++)
        {
            await Now(pace);
            pace.OnSuccess();
        }

        Assert.Empty(_clock.Waits);
    }

    [Fact]
    public async Task A_limit_holds_what_comes_and_what_waits_already()
    {
        var pace = new AdaptiveRateLimiter(_still, requestsPerSecond: 10);
        Task waiting = SendAsync(pace, 5);
        await AdvanceAsync(TimeSpan.FromMilliseconds(150));
        Assert.Equal(2, _sent.Count);

        pace.OnThrottled(TimeSpan.FromSeconds(7));
        Task later = SendAsync(pace, 5);
        await AdvanceAsync(TimeSpan.FromMilliseconds(6999));
        Assert.Equal(2, _sent.Count);

        await AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(10, _sent.Count);
    }

    [Fact]
    public async Task What_waited_for_a_later_place_goes_no_faster_after_the_pause()
    {
        const int Cap = 10;
        var pace = new AdaptiveRateLimiter(_still, Cap);
        Task waiting = SendAsync(pace, 3 * Cap);
        await AdvanceAsync(TimeSpan.FromMilliseconds(50));

        pace.OnThrottled(TimeSpan.FromSeconds(1));
        Task later = SendAsync(pace, Cap);
        await AdvanceAsync(TimeSpan.FromSeconds(12));

        Assert.Equal(4 * Cap, _sent.Count);
        AssertAtMostInEachSecond(Cap);
    }

    [Fact]
    public async Task Without_a_word_how_long_the_pause_doubles_up_to_sixteen_seconds()
    {
        var pace = new AdaptiveRateLimiter(_clock, requestsPerSecond: null);
        var pauses = new List<double>();

        for (int i = 0; i < 7; i++)
        {
            pace.OnThrottled(requestedWait: null);
            pauses.Add(await TimeToSendAsync(pace));
        }

        Assert.Equal([1, 2, 4, 8, 16, 16, 16], pauses.Select(pause => (int)Math.Round(pause)));
    }

    [Fact]
    public async Task A_success_forgets_the_limits_in_a_row()
    {
        var pace = new AdaptiveRateLimiter(_clock, requestsPerSecond: 1000);
        pace.OnThrottled(requestedWait: null);
        _clock.Advance(TimeSpan.FromSeconds(1));
        pace.OnThrottled(requestedWait: null);
        _clock.Advance(TimeSpan.FromSeconds(2));
        pace.OnSuccess();

        pace.OnThrottled(requestedWait: null);

        Assert.Equal(1, Math.Round(await TimeToSendAsync(pace), 2));
    }

    [Fact]
    public async Task Limits_of_one_moment_lower_the_rate_once()
    {
        const int Cap = 100;
        var pace = new AdaptiveRateLimiter(_clock, Cap);
        for (int i = 0; i < 20; i++)
        {
            pace.OnThrottled(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(await RateAfterPauseAsync(pace, TimeSpan.FromSeconds(1)), 0.65 * Cap, 0.7 * Cap);
    }

    [Fact]
    public async Task The_longest_wait_of_one_moment_counts()
    {
        var pace = new AdaptiveRateLimiter(_clock, requestsPerSecond: 100);
        pace.OnThrottled(TimeSpan.FromSeconds(1));
        pace.OnThrottled(TimeSpan.FromSeconds(5));
        pace.OnThrottled(TimeSpan.FromSeconds(2));

        Assert.Equal(5, Math.Round(await TimeToSendAsync(pace), 2));
    }

    [Fact]
    public async Task Each_further_limit_lowers_the_rate_again_and_success_raises_it_up_to_the_cap()
    {
        const int Cap = 100;
        var pace = new AdaptiveRateLimiter(_clock, Cap);
        for (int i = 0; i < 3; i++)
        {
            pace.OnThrottled(TimeSpan.FromSeconds(1));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        double low = await RateAsync(pace);
        Assert.InRange(low, 0.3 * Cap, 0.35 * Cap);

        for (int second = 0; second < 30; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            pace.OnSuccess();
        }

        Assert.InRange(await RateAsync(pace), 0.95 * Cap, Cap);
    }

    [Fact]
    public async Task A_limit_nobody_told_is_found_by_what_was_answered_before_and_left_behind_again()
    {
        var pace = new AdaptiveRateLimiter(_clock, requestsPerSecond: null);
        for (int i = 0; i <= 100; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(10));
            pace.OnSuccess();
        }

        pace.OnThrottled(TimeSpan.FromSeconds(1));
        Assert.InRange(await RateAfterPauseAsync(pace, TimeSpan.FromSeconds(1)), 60, 75);

        for (int second = 0; second < 60; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            pace.OnSuccess();
        }

        for (int i = 0; i < 1000; i++)
        {
            await Now(pace);
        }
    }

    [Fact]
    public async Task The_rate_never_falls_so_low_that_nothing_goes()
    {
        var pace = new AdaptiveRateLimiter(_clock, requestsPerSecond: 100);
        for (int i = 0; i < 50; i++)
        {
            pace.OnThrottled(TimeSpan.FromSeconds(1));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await Now(pace);
        Assert.Equal(2, Math.Round(await TimeToSendAsync(pace), 2));
    }

    [Fact]
    public async Task The_same_cap_said_again_does_not_undo_what_was_learned_and_another_does()
    {
        const int Cap = 100;
        var pace = new AdaptiveRateLimiter(_clock, Cap);
        pace.OnThrottled(TimeSpan.FromSeconds(1));

        pace.Cap = Cap;
        Assert.InRange(await RateAfterPauseAsync(pace, TimeSpan.FromSeconds(1)), 0.65 * Cap, 0.7 * Cap);

        pace.Cap = 50;
        Assert.InRange(await RateAsync(pace), 47, 50);
    }

    [Fact]
    public async Task Waiting_can_be_cancelled()
    {
        var pace = new AdaptiveRateLimiter(_still, requestsPerSecond: 100);
        pace.OnThrottled(TimeSpan.FromSeconds(60));
        using var cancellation = new CancellationTokenSource();
        Task waiting = pace.WaitAsync(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData("2", 2)]
    [InlineData("Tue, 31 Mar 2026 12:00:30 GMT", 30)]
    [InlineData("Tue, 31 Mar 2026 11:59:00 GMT", 0)]
    public async Task Retry_after_pauses_every_request_of_the_connection(string retryAfter, int seconds)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Answer(429, headers: ("Retry-After", retryAfter)).Json("""{"id":3,"name":"a"}""").Json("""{"id":3,"name":"b"}""");
        var clock = new TestTimeProvider();

        // No time limit: the only timers are then those of requests that wait for the end of the pause.
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

    private static async Task<bool> EventuallyAsync(Func<bool> holds)
    {
        for (int i = 0; i < 3000 && !holds(); i++)
        {
            await Task.Delay(10);
        }

        return holds();
    }

    // Asserts that a request need not wait.
    private static async Task Now(AdaptiveRateLimiter pace)
    {
        Task waiting = pace.WaitAsync(default);
        Assert.True(waiting.IsCompleted);
        await waiting;
    }

    // The time that one more request has to wait.
    private async Task<double> TimeToSendAsync(AdaptiveRateLimiter pace)
    {
        DateTimeOffset from = _clock.GetUtcNow();
        await pace.WaitAsync(default);
        return (_clock.GetUtcNow() - from).TotalSeconds;
    }

    private Task<double> RateAfterPauseAsync(AdaptiveRateLimiter pace, TimeSpan pause)
    {
        _clock.Advance(pause);
        return RateAsync(pace);
    }

    // How many a second are let through.
    private async Task<double> RateAsync(AdaptiveRateLimiter pace)
    {
        const int Requests = 50;
        await pace.WaitAsync(default);
        DateTimeOffset from = _clock.GetUtcNow();
        for (int i = 0; i < Requests; i++)
        {
            await pace.WaitAsync(default);
        }

        return Requests / (_clock.GetUtcNow() - from).TotalSeconds;
    }

    private Task SendAsync(AdaptiveRateLimiter pace, int count)
    {
        _asked += count;
        return Task.WhenAll(Enumerable.Range(0, count).Select(_ => OneAsync()));

        async Task OneAsync()
        {
            await pace.WaitAsync(default);
            lock (_sent)
            {
                _sent.Add(_still.GetUtcNow());
            }
        }
    }

    private async Task AdvanceAsync(TimeSpan by)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < by; passed += Step)
        {
            _still.Advance(Step);

            // What a timer woke goes on elsewhere, until it waits again or was sent.
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
            return _still.Pending + _sent.Count == _asked;
        }
    }

    private void AssertAtMostInEachSecond(int cap)
    {
        DateTimeOffset[] sent = [.. _sent.Order()];
        for (int i = 0; i + cap < sent.Length; i++)
        {
            Assert.True(sent[i + cap] - sent[i] >= TimeSpan.FromSeconds(1), $"{cap + 1} within {sent[i + cap] - sent[i]} from {sent[i] - sent[0]}.");
        }
    }
}
