using System.Collections.Concurrent;
using System.Text.Json;
using ApiTokens.Core.Tests.Operations;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>
/// Random interleavings of completion, failure, cancellation and disposal, with a clock that only the test moves. Whatever
/// the order: each accepted operation has one outcome, nothing begins after a stop, the journal says what happened, and no
/// task is left behind.
/// </summary>
public sealed class ScheduleTests : IAsyncLifetime
{
    private TokenConnection[] _connections = null!;

    public async Task InitializeAsync() => _connections =
    [
        await TokenConnection.ConnectAsync(Connecting.Request(new Uri("https://one.example"), "Devo", "one"), default),
        await TokenConnection.ConnectAsync(Connecting.Request(new Uri("https://two.example"), "Devo", "two"), default),
    ];

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void Every_schedule_keeps_the_promises() => Seeds.ForEach(quick: 400, Run);

    private void Run(int seed)
    {
        var random = new Random(seed);
        using var file = new JournalFile();
        var world = new World(random, _connections);

        RunOnce(world, random, file);
        world.CheckOutcomes();
        CheckJournal(world, JournalFile.Parse(file.Text));
        int effects = world.Effects;

        // Nothing goes wrong any more: the same journal brings every operation to its one end.
        world.Heal();
        RunOnce(world, random, file, undisturbed: true);
        Assert.All(world.Plans, plan => Assert.True(plan.Done, $"{plan.Key} is not done."));
        Assert.True(world.Effects >= effects);
        Assert.All(world.Plans.Where(plan => !plan.MayRepeat), plan => Assert.Equal(1, plan.Effects));
    }

    private static void RunOnce(World world, Random random, JournalFile file, bool undisturbed = false)
    {
        world.Begin();
        var runner = new TestRunner(random.Next(1, 6), file.Open("Test", [.. world.Plans.Select(plan => plan.Connection).Distinct()]));
        int stopAt = undisturbed || random.Next(3) > 0 ? int.MaxValue : random.Next(1, 60);
        int throwAt = undisturbed || random.Next(4) > 0 ? int.MaxValue : random.Next(0, 30);
        int leaveAt = undisturbed || random.Next(4) > 0 ? int.MaxValue : random.Next(0, world.Plans.Count);
        using var ended = new CancellationTokenSource();
        Task clock = Task.Run(() => world.TurnClock(random.Next(), step =>
        {
            if (step == stopAt)
            {
                runner.Stop();
                world.Stopped();
            }
        }, ended.Token));
        try
        {
            for (int i = 0; i < world.Plans.Count && i < leaveAt; i++)
            {
                runner.Add(world.Plans[i].ToOperation(world), Take);
            }

            if (leaveAt == int.MaxValue)
            {
                runner.Complete(Take);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or DownstreamException)
        {
            runner.Stop();
            world.Stopped();
        }
        finally
        {
            runner.Dispose();
            world.Stopped();
        }

        foreach (Plan plan in world.Plans.Take(runner.Added))
        {
            plan.Accepted = true;
        }

        ended.Cancel();
        Assert.True(clock.Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, world.Running);
        Assert.Equal(world.Undelivered.Order(), runner.Undelivered.Select(token => token.Id).Order());

        void Take(Report report)
        {
            world.Take(report);
            if (world.Taken == throwAt)
            {
                throw new DownstreamException();
            }
        }
    }

    private static void CheckJournal(World world, JsonElement[] lines)
    {
        ILookup<string, JsonElement> byKey = lines.Skip(1).ToLookup(line => $"{line.GetProperty("account")} {line.GetProperty("id")}");
        foreach (Plan plan in world.Plans)
        {
            JsonElement[] own = [.. byKey[$"{plan.Connection.Account} {plan.Key}"]];
            string[] ends = [.. own.Where(line => line.GetProperty("event").GetString() == "end").Select(line => line.GetProperty("outcome").GetString()!)];
            Assert.Equal(plan.Begun ? 1 : 0, own.Count(line => line.GetProperty("event").GetString() == "start"));
            Assert.Equal(plan.Begun ? 1 : 0, ends.Length);
            if (plan.Begun)
            {
                Assert.Equal(plan.Ended switch { null => "done", ApiTokenException { OutcomeUnknown: false } or InvalidOperationException => "failed", _ => "unknown" }, ends[0]);
            }

            Assert.Equal(plan.IssuedId is null ? 0 : 1, own.Count(line => line.GetProperty("event").GetString() == "issued"));
            Assert.Equal(plan.Delivered ? 1 : 0, own.Count(line => line.GetProperty("event").GetString() == "delivered"));
        }
    }

    private sealed class DownstreamException : Exception;

    /// <summary>One operation's script, and what became of it.</summary>
    private sealed class Plan(TokenConnection connection, string key, TimeSpan[] waits, bool issues, Exception? failure)
    {
        private Exception? _failure = failure;

        public TokenConnection Connection => connection;

        public string Key => key;

        public bool Accepted { get; set; }

        public bool Begun { get; private set; }

        public bool Done { get; private set; }

        public int Effects { get; private set; }

        public int Reports { get; set; }

        /// <summary>Why it ended, as its work saw it; null for well.</summary>
        public Exception? Ended { get; private set; }

        public string? IssuedId { get; private set; }

        public bool Delivered { get; private set; }

        /// <summary>Whether it was cut off after it had taken effect, so that doing it again is right where nothing can be asked.</summary>
        public bool MayRepeat { get; private set; }

        public void Heal()
        {
            _failure = null;
            Reports = 0;
            Begun = false;
        }

        public TestOperation ToOperation(World world) => new(connection, key, key, this, context => WorkAsync(world, context));

        private async Task WorkAsync(World world, OperationContext context)
        {
            world.Enter();
            Begun = true;
            try
            {
                foreach (TimeSpan wait in waits)
                {
                    world.Request(context.CancellationToken);
                    await Task.Delay(wait, world.Clock, context.CancellationToken);
                }

                world.Request(context.CancellationToken);
                if (_failure is { } failure)
                {
                    throw failure;
                }

                Effects++;
                if (issues)
                {
                    IssuedId = $"{key}-{Effects}";
                    await context.DeliverAsync(new IssuedToken(new ApiToken { Id = IssuedId, Connection = connection.Name }, SecretText.ToSecureString("secret")));
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
                world.Leave();
            }
        }
    }

    /// <summary>The clock, the operations, and what was seen.</summary>
    private sealed class World
    {
        private readonly ConcurrentDictionary<string, bool> _received = new();
        private int _running;
        private int _sequence;
        private int _stoppedAt;

        public World(Random random, TokenConnection[] connections)
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

        /// <summary>Issued in this run, and taken by nobody.</summary>
        public IEnumerable<string> Undelivered => Plans.Where(plan => plan is { Begun: true, IssuedId: not null } && !_received.ContainsKey(plan.IssuedId)).Select(plan => plan.IssuedId!);

        public void Begin()
        {
            Taken = 0;
            _stoppedAt = int.MaxValue;
        }

        public void Heal()
        {
            foreach (Plan plan in Plans)
            {
                plan.Heal();
            }
        }

        public void Enter() => Interlocked.Increment(ref _running);

        public void Leave() => Interlocked.Decrement(ref _running);

        /// <summary>Stands for a request: it takes its number before it looks whether it may begin, so one with a number after the stop's has begun after it.</summary>
        public void Request(CancellationToken cancellationToken)
        {
            int number = Interlocked.Increment(ref _sequence);
            cancellationToken.ThrowIfCancellationRequested();
            Assert.True(number < Volatile.Read(ref _stoppedAt), "A request began after the stop.");
        }

        public void Stopped() => Interlocked.CompareExchange(ref _stoppedAt, Interlocked.Increment(ref _sequence), int.MaxValue);

        public void Take(Report report)
        {
            Taken++;
            if (report.Output is IssuedToken issued)
            {
                // Before the caller can fail: what it was handed, it has.
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
                Assert.True(plan.Accepted || !plan.Begun, "Work began that was not accepted.");
                Assert.InRange(plan.Reports, 0, 1);
                Assert.True(plan.Reports == 0 || plan.Ended is not null, "An error was reported of an operation that ended well.");
                Assert.True(!plan.Delivered || _received.ContainsKey(plan.IssuedId!), "A secret that nobody took passes for delivered.");
            }
        }

        public void TurnClock(int seed, Action<int> turned, CancellationToken ended)
        {
            var random = new Random(seed);
            for (int step = 1; !ended.IsCancellationRequested; step++)
            {
                Clock.Advance(TimeSpan.FromSeconds(random.Next(0, 8)));
                turned(step);
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
