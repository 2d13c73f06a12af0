using System.Collections.Concurrent;
using System.Diagnostics;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

public sealed class OperationRunnerTests : IAsyncLifetime
{
    private static readonly Action<Report> Ignore = _ => { };

    // Less than the maximum time that a runner waits for an operation that does not end.
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(6);

    private TokenConnection _one = null!;
    private TokenConnection _two = null!;

    public async Task InitializeAsync()
    {
        _one = await TokenConnection.ConnectAsync(TestConnections.Request(new Uri("https://one.example"), "Devo"), default);
        _two = await TokenConnection.ConnectAsync(TestConnections.Request(new Uri("https://two.example"), "Devo"), default);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Add_ThrottleLimit_AppliesToEachConnection()
    {
        using var runner = new TestRunner(throttleLimit: 3);
        var running = new ConcurrentDictionary<TokenConnection, int>();
        int maximum = 0;
        var full = new CountdownEvent(6);
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Operation Work(TokenConnection connection) => On(connection, async _ =>
        {
            int now = running.AddOrUpdate(connection, 1, (_, count) => count + 1);
            InterlockedMax(ref maximum, now);
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

        // Three operations run on each connection, which requires that neither connection waits for the other.
        Assert.True(full.Wait(TimeSpan.FromSeconds(30)));
        open.SetResult();
        await Task.Run(() => runner.Complete(Ignore));

        Assert.Equal(3, maximum);
        full.Dispose();
    }

    [Fact]
    public void Run_AuthenticationError_SendsNothingMoreOnConnection()
    {
        using var runner = new TestRunner(throttleLimit: 2);
        int requests = 0;
        int requestsOnOther = 0;
        var errors = new ConcurrentQueue<Exception?>();
        void Collect(Report report) => errors.Enqueue(report.Error);
        for (int i = 0; i < 6; i++)
        {
            runner.Add(
                On(_one, _ =>
                {
                    Interlocked.Increment(ref requests);
                    throw new ApiTokenException(ErrorKind.AuthenticationError, "rejected");
                }),
                Ignore);
        }

        // The caller has not received the error yet.
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref requests) > 0, TimeSpan.FromSeconds(30)));
        Thread.Sleep(300);
        int requestsBeforeError = Volatile.Read(ref requests);
        runner.Add(On(_one, _ => Task.FromResult(Interlocked.Increment(ref requests))), Ignore);
        runner.Add(On(_two, _ => Task.FromResult(Interlocked.Increment(ref requestsOnOther))), Ignore);
        runner.Complete(Collect);

        Assert.InRange(requestsBeforeError, 1, 2);
        Assert.Equal(requestsBeforeError, requests);
        Assert.Equal(1, requestsOnOther);
        Assert.Equal((1, 7), (runner.Summary.Done, runner.Summary.Failed));
    }

    [Fact]
    public async Task Add_OperationsPending_BlocksAtFourTimesThrottleLimit()
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
    public void Add_OperationsPending_WritesResultsOfEarlierOnes()
    {
        using var runner = new TestRunner(throttleLimit: 1);
        var results = new List<object>();
        int addedAtFirstResult = -1;
        for (int i = 0; i < 50; i++)
        {
            int number = i;
            runner.Add(On(_one, context => context.WriteResultAsync(number)), report => Collect(report, i));
        }

        runner.Complete(report => Collect(report, 50));

        Assert.Equal(Enumerable.Range(0, 50).Cast<object>(), results.Order());
        Assert.InRange(addedAtFirstResult, 0, 10);

        void Collect(Report report, int added)
        {
            addedAtFirstResult = addedAtFirstResult < 0 ? added : addedAtFirstResult;
            results.Add(report.Output!);
        }
    }

    [Fact]
    public void Run_OperationsFail_ReportsEachErrorWithItsOperation()
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
                Collect);
        }

        runner.Complete(Collect);

        Assert.Equal(20, done);
        Assert.Equal(10, errors.Count);
        Assert.All(errors, error => Assert.Equal($"no {error.Target}", error.Error.Message));
        Assert.Equal((20, 10), (runner.Summary.Done, runner.Summary.Failed));

        void Collect(Report report) => errors.Add((report.Operation.Target, report.Error!));
    }

    [Fact]
    public void Run_OperationThrowsCancellation_ReportsError()
    {
        using var runner = new TestRunner(throttleLimit: 1);
        var errors = new List<Exception>();
        runner.Add(On(_one, _ => throw new OperationCanceledException("someone else's")), report => errors.Add(report.Error!));

        runner.Complete(report => errors.Add(report.Error!));

        Assert.IsType<OperationCanceledException>(Assert.Single(errors));
    }

    [Fact]
    public async Task Stop_OperationsPending_StartsNoOther()
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

        // Those that had not started have neither failed nor succeeded.
        Assert.Equal((1, 0), (runner.Summary.Done, runner.Summary.Failed));
    }

    [Fact]
    public void Add_AfterStop_ThrowsAndAddsNothing()
    {
        using var runner = new TestRunner(throttleLimit: 1);
        runner.Stop();

        Assert.ThrowsAny<OperationCanceledException>(() => runner.Add(On(_one, _ => Task.CompletedTask), Ignore));

        Assert.Equal(0, runner.Added);
    }

    [Fact]
    public async Task Complete_OperationIsRunning_CallsBackWhileItWaits()
    {
        using var runner = new OperationRunner(1, new ReportOutput());
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        runner.Add(On(_one, _ => open.Task));

        await Task.Run(() => runner.Complete(() => open.TrySetResult())).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(1, runner.Summary.Done);
    }

    [Fact]
    public void Complete_OperationsEnd_ReleasesTheSecretsThatTheyReplaced()
    {
        var completed = new ConcurrentQueue<Operation>();
        var sink = new DelegateSink(_ => Task.CompletedTask, complete: completed.Enqueue);
        using var runner = new TestRunner(throttleLimit: 1, secrets: sink);
        TestOperation done = On(_one, _ => Task.CompletedTask);
        TestOperation failed = On(_one, _ => throw new InvalidOperationException("failed"));
        runner.Add(done, Ignore);
        runner.Add(failed, Ignore);

        runner.Complete(Ignore);

        Assert.Equal(2, completed.Count);
        Assert.Contains(done, completed);
        Assert.Contains(failed, completed);
    }

    [Fact]
    public void Add_EarlierOperationOnTokenHasEnded_WaitsForTheOneInProgress()
    {
        using var runner = new TestRunner(throttleLimit: 8);
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool firstEnded = false;
        bool thirdStarted = false;
        runner.Add(OnToken(_ => throw new InvalidOperationException("first")), Collect);
        runner.Add(OnToken(_ => open.Task), Collect);
        while (!firstEnded)
        {
            // This also processes the end of other operations.
            runner.Add(On(_two, _ => Task.CompletedTask), Collect);
        }

        runner.Add(
            OnToken(_ =>
            {
                thirdStarted = true;
                return Task.CompletedTask;
            }),
            Collect);
        Thread.Sleep(100);
        Assert.False(thirdStarted);
        open.SetResult();
        runner.Complete(Collect);

        Assert.True(thirdStarted);

        void Collect(Report report) => firstEnded |= report.Error is not null;

        TestOperation OnToken(Func<OperationContext, Task> work) => new(_one, "1", "x", "target", work);
    }

    [Fact]
    public void Dispose_OperationRunning_CancelsIt()
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
    public void Dispose_OperationIgnoresCancellation_WaitsForLimitedTime()
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
    public void Undelivered_TokenNotReceived_ContainsIt()
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
        var watch = Stopwatch.StartNew();
        runner.Stop();
        runner.Dispose();

        // The operations that wait for the caller have ended.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Promptly);

        // The first may have been received while the second was added.
        Assert.Contains("2", runner.Undelivered.Select(token => token.Id));
        Assert.All(runner.Undelivered, token => Assert.Equal("ci", token.Name));
    }

    [Fact]
    public void Undelivered_TokenIssuedAfterStop_ContainsIt()
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
    public void Undelivered_TokenReceived_IsEmpty()
    {
        var runner = new TestRunner(throttleLimit: 1);
        runner.Add(On(_one, context => context.DeliverAsync(Issued("1"))), Ignore);
        runner.Complete(Ignore);

        runner.Dispose();

        Assert.Empty(runner.Undelivered);
    }

    [Fact]
    public void Add_CallerThrows_PropagatesAndDisposesPromptly()
    {
        var runner = new TestRunner(throttleLimit: 1);
        bool continued = false;
        var watch = new Stopwatch();

        var error = Assert.Throws<InvalidTimeZoneException>(() =>
        {
            runner.Add(
                On(_one, async context =>
                {
                    await context.WriteResultAsync("first");
                    continued = true;
                }),
                _ => throw new InvalidTimeZoneException("the pipeline ended"));
            runner.Complete(_ => throw new InvalidTimeZoneException("the pipeline ended"));
        });
        watch.Start();
        runner.Dispose();

        Assert.Equal("the pipeline ended", error.Message);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Promptly);
        Assert.False(continued);
    }

    // The slow service answers only after the fast one has done everything.
    [Fact]
    public async Task Run_OneServiceIsSlow_OtherServiceDoesNotWait()
    {
        const int Each = 600;
        var fastDone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int removed = 0;
        await using ScriptedServer slow = await ScriptedServer.StartAsync();
        slow.DefaultHandler = async context =>
        {
            await fastDone.Task;
            await ScriptedServer.WriteAsync(context, 204, "");
        };
        await using ScriptedServer fast = await ScriptedServer.StartAsync();
        fast.DefaultHandler = async context =>
        {
            await ScriptedServer.WriteAsync(context, 204, "");
            if (Interlocked.Increment(ref removed) == Each)
            {
                fastDone.SetResult();
            }
        };
        TokenConnection[] connections =
            [await TestConnections.ConnectAsync(slow, "Devo"), await TestConnections.ConnectAsync(fast, "Devo")];
        using var runner = new TestRunner(throttleLimit: 4);

        await Task.Run(() =>
        {
            for (int i = 2; i < Each + 2; i++)
            {
                foreach (TokenConnection connection in connections)
                {
                    runner.Add(
                        new RemoveOperation(connection, connection.CreateReference($"{i}", "x")) { AllowOwnToken = true }, _ => { });
                }
            }

            runner.Complete(_ => { });
        }).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal((2 * Each, 0), (runner.Summary.Done, runner.Summary.Failed));
    }

    [Fact]
    public void WriteResult_CallerReceivesResult_ContinuesAfterwards()
    {
        using var runner = new TestRunner(throttleLimit: 1);
        var order = new ConcurrentQueue<string>();
        runner.Add(
            On(_one, async context =>
            {
                await context.WriteResultAsync("result");
                order.Enqueue("continued");
            }),
            Collect);

        runner.Complete(Collect);

        Assert.Equal(["received", "continued"], order);

        void Collect(Report report)
        {
            Thread.Sleep(20);
            order.Enqueue("received");
        }
    }

    // Each operation has its own token, because operations on the same token run one at a time.
    private static TestOperation On(TokenConnection connection, Func<OperationContext, Task> work) =>
        new(connection, $"{Guid.NewGuid()}", "x", "target", work);

    private static IssuedToken Issued(string id) => new(new ApiToken { Id = id, Name = "ci" }, SecretText.ToSecureString("thesecret"));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Create_ThrottleLimitBelowOne_Throws(int throttleLimit) => Assert.StartsWith(
        "The throttle limit must be at least 1.",
        Assert.Throws<ArgumentOutOfRangeException>(() => new TestRunner(throttleLimit)).Message);

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
