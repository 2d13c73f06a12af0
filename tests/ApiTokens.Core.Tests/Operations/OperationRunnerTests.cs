using System.Collections.Concurrent;
using System.Diagnostics;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

public sealed class OperationRunnerTests : IAsyncLifetime
{
    private static readonly Action<Report> Ignore = _ => { };

    // Less than the time that a runner waits at most for what does not end.
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(6);

    private TokenConnection _one = null!;
    private TokenConnection _two = null!;

    public async Task InitializeAsync()
    {
        _one = await TokenConnection.ConnectAsync(Connecting.Request(new Uri("https://one.example"), "Devo"), default);
        _two = await TokenConnection.ConnectAsync(Connecting.Request(new Uri("https://two.example"), "Devo"), default);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task As_many_run_at_once_as_the_limit_says_and_each_connection_has_its_own()
    {
        using var runner = new TestRunner(throttleLimit: 3);
        var running = new ConcurrentDictionary<TokenConnection, int>();
        int most = 0;
        var full = new CountdownEvent(6);
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Operation Work(TokenConnection connection) => On(connection, async _ =>
        {
            int now = running.AddOrUpdate(connection, 1, (_, count) => count + 1);
            InterlockedMax(ref most, now);
            if (!full.IsSet)
            {
                full.Signal();
            }

            await open.Task;
            running.AddOrUpdate(connection, 0, (_, count) => count - 1);
        });
        for (int i = 0; i < 5; i++)
        {
            runner.Add(Work(_one), Ignore);
            runner.Add(Work(_two), Ignore);
        }

        // Three of each run, which only holds if neither waits for the other.
        Assert.True(full.Wait(TimeSpan.FromSeconds(30)));
        open.SetResult();
        await Task.Run(() => runner.Complete(Ignore));

        Assert.Equal(3, most);
        full.Dispose();
    }

    [Fact]
    public void After_a_refused_credential_nothing_more_is_asked_of_its_connection()
    {
        using var runner = new TestRunner(throttleLimit: 2);
        int asked = 0;
        int askedOfTheOther = 0;
        var errors = new ConcurrentQueue<Exception?>();
        void Take(Report report) => errors.Enqueue(report.Error);
        for (int i = 0; i < 6; i++)
        {
            runner.Add(
                On(_one, _ =>
                {
                    Interlocked.Increment(ref asked);
                    throw new ApiTokenException(ErrorKind.AuthenticationError, "refused");
                }),
                Ignore);
        }

        // Whoever adds them has not taken the refusal yet.
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref asked) > 0, TimeSpan.FromSeconds(30)));
        Thread.Sleep(300);
        int beforeItIsTaken = Volatile.Read(ref asked);
        runner.Add(On(_one, _ => Task.FromResult(Interlocked.Increment(ref asked))), Ignore);
        runner.Add(On(_two, _ => Task.FromResult(Interlocked.Increment(ref askedOfTheOther))), Ignore);
        runner.Complete(Take);

        Assert.InRange(beforeItIsTaken, 1, 2);
        Assert.Equal(beforeItIsTaken, asked);
        Assert.Equal(1, askedOfTheOther);
        Assert.Equal((1, 7), (runner.Summary.Done, runner.Summary.Failed));
    }

    [Fact]
    public async Task What_is_added_and_not_reported_is_bounded()
    {
        const int Limit = 2;
        using var runner = new TestRunner(Limit);
        int added = 0;
        int ended = 0;
        int mostPending = 0;
        using var gate = new SemaphoreSlim(0);
        Task adding = Task.Run(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                runner.Add(
                    On(_one, async _ =>
                    {
                        await gate.WaitAsync();
                        InterlockedMax(ref mostPending, Volatile.Read(ref added) - Interlocked.Increment(ref ended) + 1);
                    }),
                    Ignore);
                Interlocked.Increment(ref added);
            }

            runner.Complete(Ignore);
        });
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref added) == 4 * Limit, TimeSpan.FromSeconds(30)));
        Assert.NotSame(adding, await Task.WhenAny(adding, Task.Delay(100)));
        Assert.Equal(4 * Limit, Volatile.Read(ref added));

        gate.Release(100);
        await adding;

        Assert.InRange(mostPending, 1, (4 * Limit) + 1);
        Assert.Equal((100, 100), (ended, runner.Summary.Done));
    }

    [Fact]
    public void Results_come_while_others_are_still_added()
    {
        using var runner = new TestRunner(throttleLimit: 1);
        var results = new List<object>();
        int atFirst = -1;
        for (int i = 0; i < 50; i++)
        {
            int number = i;
            runner.Add(On(_one, context => context.WriteResultAsync(number)), report => Take(report, i));
        }

        runner.Complete(report => Take(report, 50));

        Assert.Equal(Enumerable.Range(0, 50).Cast<object>(), results.Order());
        Assert.InRange(atFirst, 0, 10);

        void Take(Report report, int added)
        {
            atFirst = atFirst < 0 ? added : atFirst;
            results.Add(report.Output!);
        }
    }

    [Fact]
    public void An_error_is_its_operations_own()
    {
        using var runner = new TestRunner(throttleLimit: 4);
        var errors = new List<(object Target, Exception Error)>();
        int done = 0;
        for (int i = 0; i < 30; i++)
        {
            int number = i;
            runner.Add(
                new TestOperation(_one, $"{i}", "x", number, _ =>
                {
                    if (number % 3 == 0)
                    {
                        throw new InvalidOperationException($"no {number}");
                    }

                    Interlocked.Increment(ref done);
                    return Task.CompletedTask;
                }),
                Take);
        }

        runner.Complete(Take);

        Assert.Equal(20, done);
        Assert.Equal(10, errors.Count);
        Assert.All(errors, error => Assert.Equal($"no {error.Target}", error.Error.Message));
        Assert.Equal((20, 10), (runner.Summary.Done, runner.Summary.Failed));

        void Take(Report report) => errors.Add((report.Operation.Target, report.Error!));
    }

    [Fact]
    public void A_cancellation_that_is_not_ours_is_an_error_and_does_not_vanish()
    {
        using var runner = new TestRunner(throttleLimit: 1);
        var errors = new List<Exception>();
        runner.Add(On(_one, _ => throw new OperationCanceledException("someone else's")), report => errors.Add(report.Error!));

        runner.Complete(report => errors.Add(report.Error!));

        Assert.IsType<OperationCanceledException>(Assert.Single(errors));
    }

    [Fact]
    public async Task After_a_stop_nothing_starts()
    {
        using var runner = new TestRunner(throttleLimit: 1);
        int started = 0;
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (int i = 0; i < 4; i++)
        {
            runner.Add(
                On(_one, async _ =>
                {
                    Interlocked.Increment(ref started);
                    running.TrySetResult();
                    await open.Task;
                }),
                Ignore);
        }

        await running.Task;
        runner.Stop();
        open.SetResult();

        Assert.ThrowsAny<OperationCanceledException>(() => runner.Complete(Ignore));
        Assert.ThrowsAny<OperationCanceledException>(() => runner.Add(On(_one, _ => Task.CompletedTask), Ignore));
        runner.Dispose();
        runner.Stop();
        Assert.Equal(1, started);
    }

    [Fact]
    public void An_operation_sees_the_stop()
    {
        var runner = new TestRunner(throttleLimit: 1);
        using var running = new ManualResetEventSlim();
        runner.Add(
            On(_one, async context =>
            {
                running.Set();
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }),
            Ignore);
        running.Wait();
        var watch = Stopwatch.StartNew();

        runner.Dispose();

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Promptly);
    }

    [Fact]
    public void What_never_ends_holds_the_end_up_for_a_bounded_time()
    {
        var runner = new TestRunner(throttleLimit: 1);
        using var running = new ManualResetEventSlim();
        runner.Add(
            On(_one, async _ =>
            {
                running.Set();
                await Task.Delay(Timeout.Infinite);
            }),
            Ignore);
        running.Wait();
        var watch = Stopwatch.StartNew();

        runner.Dispose();

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_token_that_nobody_took_is_told()
    {
        var runner = new TestRunner(throttleLimit: 2);
        using var issued = new CountdownEvent(2);
        for (int i = 1; i <= 2; i++)
        {
            int number = i;
            runner.Add(
                On(_one, async context =>
                {
                    Task writing = context.DeliverAsync(Issued($"{number}"));
                    issued.Signal();
                    await writing;
                }),
                Ignore);
        }

        issued.Wait();
        runner.Stop();
        runner.Dispose();

        // Adding the second may have taken the first.
        Assert.Contains("2", runner.Undelivered.Select(token => token.Id));
        Assert.All(runner.Undelivered, token => Assert.Equal("ci", token.Name));
    }

    [Fact]
    public void A_token_issued_by_a_request_that_the_stop_found_under_way_is_told_too()
    {
        var runner = new TestRunner(throttleLimit: 1);
        using var running = new ManualResetEventSlim();
        runner.Add(
            On(_one, async context =>
            {
                running.Set();
                var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using CancellationTokenRegistration _ = context.CancellationToken.Register(stopped.SetResult);
                await stopped.Task;
                await context.DeliverAsync(Issued("late"));
            }),
            Ignore);
        running.Wait();

        runner.Dispose();

        Assert.Equal("late", Assert.Single(runner.Undelivered).Id);
    }

    [Fact]
    public void What_the_caller_took_is_not_told_as_undelivered()
    {
        var runner = new TestRunner(throttleLimit: 1);
        runner.Add(On(_one, context => context.DeliverAsync(Issued("1"))), Ignore);
        runner.Complete(Ignore);

        runner.Dispose();

        Assert.Empty(runner.Undelivered);
    }

    [Fact]
    public void What_the_caller_throws_goes_through_and_the_end_comes_at_once()
    {
        var runner = new TestRunner(throttleLimit: 1);
        bool wentOn = false;
        var watch = new Stopwatch();

        var error = Assert.Throws<InvalidTimeZoneException>(() =>
        {
            runner.Add(
                On(_one, async context =>
                {
                    await context.WriteResultAsync("first");
                    wentOn = true;
                }),
                _ => throw new InvalidTimeZoneException("the pipeline ended"));
            runner.Complete(_ => throw new InvalidTimeZoneException("the pipeline ended"));
        });
        watch.Start();
        runner.Dispose();

        Assert.Equal("the pipeline ended", error.Message);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Promptly);
        Assert.False(wentOn);
    }

    [Fact]
    public void An_operation_goes_on_only_after_its_result_was_taken()
    {
        using var runner = new TestRunner(throttleLimit: 1);
        var order = new ConcurrentQueue<string>();
        runner.Add(
            On(_one, async context =>
            {
                await context.WriteResultAsync("result");
                order.Enqueue("went on");
            }),
            Take);

        runner.Complete(Take);

        Assert.Equal(["taken", "went on"], order);

        void Take(Report report)
        {
            Thread.Sleep(20);
            order.Enqueue("taken");
        }
    }

    // Each on a token of its own: operations on one token wait for each other.
    private static TestOperation On(TokenConnection connection, Func<OperationContext, Task> work) => new(connection, $"{Guid.NewGuid()}", "x", "target", work);

    private static IssuedToken Issued(string id) => new(new ApiToken { Id = id, Name = "ci" }, SecretText.ToSecureString("thesecret"));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Create_ThrottleLimitBelowOne_Throws(int throttleLimit) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TestRunner(throttleLimit));

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
