using System.Globalization;
using System.Reflection;
using ApiTokens.Simulation.Engine;
using ApiTokens.Simulation.Oracles;
using ApiTokens.Simulation.Plans;
using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation;

/// <summary>The result of a simulation.</summary>
/// <param name="Violations">The invariants that were violated.</param>
/// <param name="History">What happened.</param>
/// <param name="Operations">The number of operations that the runs were given.</param>
/// <param name="Requests">The number of requests.</param>
internal sealed record SimulationResult(IReadOnlyList<Violation> Violations, History History, int Operations, int Requests);

/// <summary>Runs a plan: its runs, then, without faults, each run with a journal again until nothing is left to do.</summary>
internal sealed class Simulation
{
    private const int MaxReruns = 3;

    private static readonly CultureInfo Buddhist = CreateBuddhistCulture();

    private readonly SimulatedWorld _world;
    private readonly Oracle _oracle;

    private Simulation(Plan plan, PoolScheduler scheduler)
    {
        _world = new SimulatedWorld(plan, scheduler);
        _oracle = new Oracle(_world);
    }

    /// <summary>Runs a plan and checks the invariants.</summary>
    public static SimulationResult Run(Plan plan, PoolScheduler scheduler)
    {
        var simulation = new Simulation(plan, scheduler);
        SimulatedSockets.Network = simulation._world.Network;
        var jitter = Randomness.For(plan.Seed, 3);
        Http.RetryPolicy.Randomizer = jitter.NextDouble;
        CultureInfo.CurrentCulture = plan.HasOtherCulture ? Buddhist : CultureInfo.InvariantCulture;
        simulation.RunAll();
        return new SimulationResult(
            simulation._oracle.Violations,
            simulation._world.History,
            simulation._world.Runs.Sum(run => run.Operations.Count),
            simulation._world.Network.Exchanges.Count);
    }

    private void RunAll()
    {
        var session = new Session(_world);
        var lastOfJournal = new Dictionary<(int, ActionKind), RunPlan>();
        foreach (RunPlan plan in _world.Plan.Runs)
        {
            session = Execute(plan, session, isRerun: false);
            if (plan.Journal is { } journal)
            {
                lastOfJournal[(journal, plan.Action)] = plan;
            }
        }

        // The faults end, and everything that is late takes effect.
        _world.Network.HasFaults = false;
        session.Process.Clock.IsDead = true;
        session = new Session(_world);
        _world.Timeline.Pass(TimeSpan.FromHours(2));
        foreach (RunPlan plan in lastOfJournal.Values)
        {
            RunPlan clean = plan with
            {
                Interruption = null,
                Disk = null,
                VaultFailure = null,
                VerifyFailure = null,
                DeployFailure = null,
                DelayBefore = TimeSpan.FromMinutes(1),
            };
            for (int i = 0; i < MaxReruns; i++)
            {
                int first = _world.Runs.Count;
                session = Execute(clean, session, isRerun: true);
                if (_world.Runs.Skip(first).All(run => !run.HasErrors))
                {
                    break;
                }
            }
        }

        _world.Timeline.Pass(TimeSpan.FromMinutes(10));
        _oracle.CheckEnd();
        session.Process.Clock.IsDead = true;
    }

    private Session Execute(RunPlan plan, Session session, bool isRerun)
    {
        if (plan.DelayBefore > TimeSpan.Zero)
        {
            _world.Timeline.Pass(plan.DelayBefore);
        }

        Session current = session;
        for (int shard = 1; shard <= plan.Shards; shard++)
        {
            var driver = new RunDriver(_world, current);
            RunRecord run = driver.Execute(plan, shard, isRerun);
            if (!run.Process.IsDead)
            {
                // The process goes on, and requests that are still under way end.
                _world.Timeline.Pass(TimeSpan.FromMinutes(4));
            }

            _oracle.CheckRun(run);
            current = run.Process.IsDead ? new Session(_world) : current;
            current.Process.StoppedOn = null;
            current.Process.StoppedBefore = int.MaxValue;
        }

        return current;
    }

    // The data of cultures are not available in invariant mode. Only the calendar matters here.
    private static CultureInfo CreateBuddhistCulture()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        typeof(DateTimeFormatInfo).GetField("calendar", BindingFlags.Instance | BindingFlags.NonPublic)!
            .SetValue(culture.DateTimeFormat, new ThaiBuddhistCalendar());
        culture.NumberFormat.NumberDecimalSeparator = "÷";
        return culture;
    }
}
