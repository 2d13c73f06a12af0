using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Simulation.Engine;
using ApiTokens.Simulation.Plans;

namespace ApiTokens.Simulation.World;

/// <summary>One process of the user. A run that is killed takes its process with it.</summary>
internal sealed class Process(SimulatedClock clock)
{
    public SimulatedClock Clock => clock;

    public bool IsDead => clock.IsDead;

    /// <summary>When the current run was told to stop; null if it was not.</summary>
    public TimeSpan? StoppedOn { get; set; }

    /// <summary>The number of the next request when the current run was told to stop.</summary>
    public int StoppedBefore { get; set; } = int.MaxValue;
}

/// <summary>One operation of a run, with everything that the user was told about it.</summary>
internal sealed class OperationRecord(RunRecord run, OperationPlan plan)
{
    public RunRecord Run => run;

    public OperationPlan Plan => plan;

    public required Operation Operation { get; init; }

    public required ServiceModel Service { get; init; }

    /// <summary>The token that the operation changes; null if it issues one.</summary>
    public ModelToken? Target { get; init; }

    /// <summary>The name of the new token, or the new name.</summary>
    public string? Name { get; init; }

    /// <summary>What the secret is for, if the operation issues one.</summary>
    public string Purpose { get; init; } = string.Empty;

    public List<Exception> Errors { get; } = [];

    /// <summary>Whether the job of a token for one job has started.</summary>
    public bool HasStarted { get; set; }

    public bool WasDoneBefore { get; set; }

    /// <summary>The number of changes of the service before the operation was added.</summary>
    public int EffectsBefore { get; init; }

    /// <summary>The operation and the token as the journal names them.</summary>
    public JournalKey JournalKey => new(run.Plan.JournalOperation, Operation.Identity, Operation.Parameters);

    public override string ToString() => $"{run.Plan.Action} {Target?.ToString() ?? $"'{Name}'"}";
}

/// <summary>One run of operations, and how it ended.</summary>
internal sealed class RunRecord(int number, RunPlan plan, Process process)
{
    public int Number => number;

    public RunPlan Plan => plan;

    public Process Process => process;

    public bool IsRerun { get; init; }

    public TimeSpan StartedOn { get; init; }

    public TimeSpan EndedOn { get; set; }

    public List<OperationRecord> Operations { get; } = [];

    /// <summary>Whether all operations ended.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Whether the process died in the run.</summary>
    public bool WasKilled { get; set; }

    /// <summary>The exception that ended the run.</summary>
    public Exception? Fatal { get; set; }

    /// <summary>Errors about operations that an earlier run left without an end and that are not in the input.</summary>
    public Dictionary<Operation, Exception> OtherErrors { get; } = [];

    public List<ApiToken> Undelivered { get; } = [];

    public List<PendingRetirement> PendingRetirements { get; } = [];

    /// <summary>The number of operations that were added, with those that the journal left without an end.</summary>
    public int Added { get; set; }

    public int Done { get; set; }

    public int Failed { get; set; }

    public int Skipped { get; set; }

    public bool HasErrors => Fatal is not null || Operations.Exists(operation => operation.Errors.Count > 0)
        || OtherErrors.Count > 0;
}

/// <summary>A secret that reached its holder.</summary>
/// <param name="On">When.</param>
/// <param name="Operation">The operation that issued it.</param>
/// <param name="TokenId">The token.</param>
/// <param name="Secret">The secret.</param>
/// <param name="InVault">Whether the vault holds it.</param>
internal sealed record Delivery(TimeSpan On, OperationRecord Operation, string TokenId, string Secret, bool InVault)
{
    /// <summary>Whether the vault replaced it with the secret that it had before.</summary>
    public bool IsReverted { get; set; }
}

/// <summary>What the caller said about a new token.</summary>
/// <param name="On">When.</param>
/// <param name="Purpose">What the secret is for.</param>
/// <param name="Accepted">Whether the caller accepted it.</param>
internal sealed record Verification(TimeSpan On, string Purpose, bool Accepted);

/// <summary>The process was killed at this point.</summary>
internal sealed class KilledException : Exception;

/// <summary>The caller of a run threw while it received a result.</summary>
internal sealed class CallerException : Exception;
