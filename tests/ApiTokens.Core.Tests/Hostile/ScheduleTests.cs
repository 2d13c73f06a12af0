using System.Collections.Concurrent;
using System.Text.Json;
using ApiTokens.Core.Tests.Operations;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>
/// Random interleavings of completion, failure, cancellation and disposal, with a clock that the test advances. In any
/// order: each accepted operation has one outcome, nothing starts after a stop, the journal records what happened, and no
/// task keeps running.
/// </summary>
public sealed class ScheduleTests : IAsyncLifetime
{
    private TokenConnection[] _connections = null!;

    public async Task InitializeAsync() => _connections =
    [
        await TokenConnection.ConnectAsync(TestConnections.Request(new Uri("https://one.example"), "Devo", "one"), default),
        await TokenConnection.ConnectAsync(TestConnections.Request(new Uri("https://two.example"), "Devo", "two"), default),
    ];

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void Run_RandomInterleavings_KeepsInvariants() => Seeds.ForEach(quick: 400, Run);

    private void Run(int seed)
    {
        var random = new Random(seed);
        using var file = new JournalFile();
        var simulation = new Simulation(random, _connections);

        RunOnce(simulation, random, file);
        simulation.CheckOutcomes();
        CheckJournal(simulation, JournalFile.Parse(file.Text));
        int effects = simulation.Effects;

        // Without further failures, a run with the same journal completes every operation exactly once.
        simulation.ClearFailures();
        RunOnce(simulation, random, file, undisturbed: true);
        Assert.All(simulation.Plans, plan => Assert.True(plan.Done, $"{plan.Key} is not done."));
        Assert.True(simulation.Effects >= effects);
        Assert.All(simulation.Plans.Where(plan => !plan.MayRepeat), plan => Assert.Equal(1, plan.Effects));
    }

    private static void RunOnce(Simulation simulation, Random random, JournalFile file, bool undisturbed = false)
    {
        simulation.Begin();
        var runner = new TestRunner(random.Next(1, 6), file.Open("Test", [.. simulation.Plans.Select(plan => plan.Connection).Distinct()]));
        int stopAt = undisturbed || random.Next(3) > 0 ? int.MaxValue : random.Next(1, 60);
        int throwAt = undisturbed || random.Next(4) > 0 ? int.MaxValue : random.Next(0, 30);
        int abandonAt = undisturbed || random.Next(4) > 0 ? int.MaxValue : random.Next(0, simulation.Plans.Count);
        using var ended = new CancellationTokenSource();
        Task clock = Task.Run(() => simulation.RunClock(random.Next(), step =>
        {
            if (step == stopAt)
            {
                runner.Stop();
                simulation.Stopped();
            }
        }, ended.Token));
        try
        {
            for (int i = 0; i < simulation.Plans.Count && i < abandonAt; i++)
            {
                runner.Add(simulation.Plans[i].ToOperation(simulation), Take);
            }

            if (abandonAt == int.MaxValue)
            {
                runner.Complete(Take);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or DownstreamException)
        {
            runner.Stop();
            simulation.Stopped();
        }
        finally
        {
            runner.Dispose();
            simulation.Stopped();
        }

        foreach (Plan plan in simulation.Plans.Take(runner.Added))
        {
            plan.Accepted = true;
        }

        ended.Cancel();
        Assert.True(clock.Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, simulation.Running);
        Assert.Equal(simulation.Undelivered.Order(), runner.Undelivered.Select(token => token.Id).Order());

        void Take(Report report)
        {
            bool throws = simulation.Taken + 1 == throwAt;
            simulation.Take(report, isReceived: !throws);
            if (throws)
            {
                throw new DownstreamException();
            }
        }
    }

    private static void CheckJournal(Simulation simulation, JsonElement[] lines)
    {
        ILookup<string, JsonElement> byKey = lines.Skip(1).ToLookup(line => $"{line.GetProperty("account")} {line.GetProperty("id")}");
        foreach (Plan plan in simulation.Plans)
        {
            JsonElement[] own = [.. byKey[$"{plan.Connection.Account} {plan.Key}"]];
            string[] ends =
            [
                .. own.Where(line => line.GetProperty("event").GetString() == "end")
                    .Select(line => line.GetProperty("outcome").GetString()!),
            ];
            Assert.Equal(plan.Started ? 1 : 0, own.Count(line => line.GetProperty("event").GetString() == "start"));
            Assert.Equal(plan.Started ? 1 : 0, ends.Length);
            if (plan.Started)
            {
                Assert.Equal(
                    plan.Ended switch
                    {
                        null => "done",
                        ApiTokenException { OutcomeUnknown: false } or InvalidOperationException => "failed",
                        _ => "unknown",
                    },
                    ends[0]);
            }

            Assert.Equal(plan.IssuedId is null ? 0 : 1, own.Count(line => line.GetProperty("event").GetString() == "issued"));
            Assert.Equal(plan.Delivered ? 1 : 0, own.Count(line => line.GetProperty("event").GetString() == "delivered"));
        }
    }

    private sealed class DownstreamException : Exception;

    /// <summary>The script of one operation, and what happened.</summary>
    private sealed class Plan(TokenConnection connection, string key, TimeSpan[] waits, bool issues, Exception? failure)
    {
        private Exception? _failure = failure;

        public TokenConnection Connection => connection;

        public string Key => key;

        public bool Accepted { get; set; }

        public bool Started { get; private set; }

        public bool Done { get; private set; }

        public int Effects { get; private set; }

        public int Reports { get; set; }

        /// <summary>The exception that ended the operation; null if it succeeded.</summary>
        public Exception? Ended { get; private set; }

        public string? IssuedId { get; private set; }

        public bool Delivered { get; private set; }

        /// <summary>Whether the operation was interrupted after it had taken effect, so that it may be repeated.</summary>
        public bool MayRepeat { get; private set; }

        public void ClearFailures()
        {
            _failure = null;
            Reports = 0;
            Started = false;
        }

        public TestOperation ToOperation(Simulation simulation) =>
            new(connection, key, key, this, context => WorkAsync(simulation, context));

        private async Task WorkAsync(Simulation simulation, OperationContext context)
        {
            simulation.Enter();
            Started = true;
            try
            {
                foreach (TimeSpan wait in waits)
                {
                    simulation.Request(context.CancellationToken);
                    await Task.Delay(wait, simulation.Clock, context.CancellationToken);
                }

                simulation.Request(context.CancellationToken);
                if (_failure is { } failure)
                {
                    throw failure;
                }

                Effects++;
                if (issues)
                {
                    IssuedId = $"{key}-{Effects}";
                    await context.DeliverAsync(
                        new IssuedToken(new ApiToken { Id = IssuedId, Connection = connection.Name }, SecretText.ToSecureString("secret")));
                    Delivered = true;
                }

                Done = true;
                Ended = null;
            }
            catch (Exception e)
            {
                Ended = e;
                MayRepeat |= Effects > 0;
                throw;
            }
            finally
            {
                simulation.Leave();
            }
        }
    }

    /// <summary>The clock, the operations, and the observed results.</summary>
    private sealed class Simulation
    {
        private readonly ConcurrentDictionary<string, bool> _received = new();
        private int _running;
        private int _sequence;
        private int _stoppedAt;

        public Simulation(Random random, TokenConnection[] connections)
        {
            Plans = [.. Enumerable.Range(0, random.Next(1, 30)).Select(number => new Plan(
                connections[random.Next(connections.Length)],
                $"{number}",
                [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => TimeSpan.FromSeconds(random.Next(0, 20)))],
                issues: random.Next(3) == 0,
                Failure(random)))];
        }

        public IReadOnlyList<Plan> Plans { get; }

        public FakeTimeProvider Clock { get; } = new();

        public int Taken { get; private set; }

        public int Running => Volatile.Read(ref _running);

        public int Effects => Plans.Sum(plan => plan.Effects);

        /// <summary>The ids of tokens that were issued in this run and not received.</summary>
        public IEnumerable<string> Undelivered =>
            Plans.Where(plan => plan is { Started: true, IssuedId: not null } && !_received.ContainsKey(plan.IssuedId))
                .Select(plan => plan.IssuedId!);

        public void Begin()
        {
            Taken = 0;
            _stoppedAt = int.MaxValue;
        }

        public void ClearFailures()
        {
            foreach (Plan plan in Plans)
            {
                plan.ClearFailures();
            }
        }

        public void Enter() => Interlocked.Increment(ref _running);

        public void Leave() => Interlocked.Decrement(ref _running);

        /// <summary>
        /// Simulates a request. It takes a sequence number before it checks for cancellation: a number above that of the stop means that it
        /// started after the stop.
        /// </summary>
        public void Request(CancellationToken cancellationToken)
        {
            int number = Interlocked.Increment(ref _sequence);
            cancellationToken.ThrowIfCancellationRequested();
            Assert.True(number < Volatile.Read(ref _stoppedAt), "A request started after the stop.");
        }

        public void Stopped() => Interlocked.CompareExchange(ref _stoppedAt, Interlocked.Increment(ref _sequence), int.MaxValue);

        public void Take(Report report, bool isReceived)
        {
            Taken++;
            if (isReceived && report.Output is IssuedToken issued)
            {
                // Record the token before the caller can throw.
                Assert.True(_received.TryAdd(issued.Id, true), "A token was delivered twice.");
            }

            if (report.Error is not null)
            {
                ((Plan)report.Operation.Target).Reports++;
            }
        }

        public void CheckOutcomes()
        {
            foreach (Plan plan in Plans)
            {
                Assert.True(plan.Accepted || !plan.Started, "An operation started that was not accepted.");
                Assert.InRange(plan.Reports, 0, 1);
                Assert.True(plan.Reports == 0 || plan.Ended is not null, "An error was reported for an operation that succeeded.");
                Assert.True(
                    !plan.Delivered || _received.ContainsKey(plan.IssuedId!), "A secret that was not received counts as delivered.");
            }
        }

        public void RunClock(int seed, Action<int> onStep, CancellationToken ended)
        {
            var random = new Random(seed);
            for (int step = 1; !ended.IsCancellationRequested; step++)
            {
                Clock.Advance(TimeSpan.FromSeconds(random.Next(0, 8)));
                onStep(step);
                if (random.Next(4) == 0)
                {
                    Thread.Yield();
                }
            }
        }

        private static Exception? Failure(Random random) => random.Next(6) switch
        {
            0 => new ApiTokenException(ErrorKind.ObjectNotFound, "gone", "nothing"),
            1 => new ApiTokenException(ErrorKind.ConnectionError, "lost", "look") { OutcomeUnknown = true },
            2 => new InvalidOperationException("a defect"),
            _ => null,
        };
    }
}
