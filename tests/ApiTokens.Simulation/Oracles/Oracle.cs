using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation.Oracles;

/// <summary>A violated invariant.</summary>
/// <param name="Invariant">The name of the invariant and of the check, such as <c>I3-foreign</c>.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record Violation(string Invariant, string Message);

/// <summary>
/// Knows the whole history of the services, and checks what the core did and said against it. It never uses the core's own view.
/// </summary>
internal sealed class Oracle
{
    private readonly SimulatedWorld _world;
    private readonly Told _told;

    public Oracle(SimulatedWorld world)
    {
        _world = world;
        _told = new Told(world);
    }

    public List<Violation> Violations { get; } = [];

    /// <summary>Checks a run that has ended.</summary>
    public void CheckRun(RunRecord run)
    {
        Violations.AddRange(OutcomeChecks.Check(_world, run));
        Violations.AddRange(TrafficChecks.Check(_world, run));
        if (run.Operations.SelectMany(operation => operation.Errors).FirstOrDefault(error => error is not ApiTokenException) is { } raw)
        {
            Add("I6-raw-error", $"An operation failed with {raw.GetType().Name}: {raw.Message}");
        }

        if (run.Fatal is IOException io)
        {
            Add("I6-raw-error", $"The run ended with {io.GetType().Name}: {io.Message}");
        }

        if (!run.IsComplete || run.WasKilled)
        {
            return;
        }

        CheckMemory(run);
        if (run.Process.Clock.ActiveTimers > 0)
        {
            Add("I8-timers", $"{run.Process.Clock.ActiveTimers} timers are set after the run.");
        }
    }

    /// <summary>Checks what holds at the end of a simulation.</summary>
    public void CheckEnd()
    {
        Violations.AddRange(ShardChecks.Check(_world));
        Violations.AddRange(OwnershipChecks.Check(_world));
        Violations.AddRange(SecretChecks.Check(_world, _told));
        Violations.AddRange(WordChecks.Check(_world));
        Violations.AddRange(JournalChecks.Check(_world, _told));
        Violations.AddRange(LifecycleChecks.Check(_world));
    }

    // The registry of a connection keeps only tokens that it issued or read before.
    private void CheckMemory(RunRecord run)
    {
        foreach (Services.TokenConnection connection in run.Operations.Select(record => record.Operation.Connection).Distinct())
        {
            int known = Operations.IssuedTokenRegistry.Of(connection).Count;
            int tokens = _world.Services.Sum(service => service.Tokens.Count);
            if (known > tokens)
            {
                Add("I8-registry", $"The registry of {connection} has {known} entries for {tokens} tokens.");
            }
        }
    }

    private void Add(string invariant, string message) => Violations.Add(new Violation(invariant, message));
}
