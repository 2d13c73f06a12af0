using System.Text.Json.Serialization;
using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation.Plans;

/// <summary>What a run of operations does.</summary>
internal enum ActionKind
{
    Issue,
    Reset,
    Remove,
    RemoveAll,
    Enable,
    Disable,
    Rename,
    Update,
    Retire,
    Use,
}

/// <summary>Everything that a simulation does and that goes wrong in it. It is drawn from the seed before the simulation begins.</summary>
internal sealed record Plan(ulong Seed)
{
    public IReadOnlyList<AccountPlan> Accounts { get; init; } = [];

    public IReadOnlyList<ConnectionPlan> Connections { get; init; } = [];

    public IReadOnlyList<RunPlan> Runs { get; init; } = [];

    public IReadOnlyList<FaultPlan> Faults { get; init; } = [];

    public IReadOnlyList<PersonPlan> Others { get; init; } = [];

    /// <summary>Whether the process runs in a culture with another calendar and another decimal separator.</summary>
    public bool HasOtherCulture { get; init; }

    /// <summary>The upper limit of the time that a request or a response takes.</summary>
    public int MaxLatency { get; init; } = 80;
}

/// <summary>An account and the properties of its service.</summary>
internal sealed record AccountPlan(int Index, string Service)
{
    public int Tokens { get; init; } = 4;

    public int TokenLimit { get; init; } = int.MaxValue;

    /// <summary>How far the clock of the service is ahead.</summary>
    public TimeSpan ClockSkew { get; init; }

    /// <summary>How long a list lags behind.</summary>
    public TimeSpan ListLag { get; init; }

    /// <summary>How long the service takes to accept a new secret.</summary>
    public TimeSpan SecretLag { get; init; }

    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromHours(1);

    public bool OmitsCreationDate { get; init; }
}

/// <summary>A connection to an account.</summary>
internal sealed record ConnectionPlan(int Account)
{
    public const string Password = "sesame-open";

    public bool UsesPassword { get; init; }

    public bool HasWrongPassword { get; init; }

    /// <summary>Whether the account is spelled in another case.</summary>
    public bool UpperCase { get; init; }
}

/// <summary>One operation of a run.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Token">The number of an initial token of the account; ignored for a new token.</param>
/// <param name="Parameter">The number of a new name.</param>
internal sealed record OperationPlan(int Connection, int Token, int Parameter)
{
    /// <summary>Whether only the id of the token is known.</summary>
    public bool OnlyId { get; init; }
}

/// <summary>One run of operations, as one command of a user.</summary>
internal sealed record RunPlan(ActionKind Action)
{
    public IReadOnlyList<OperationPlan> Operations { get; init; } = [];

    /// <summary>The number of the journal; null for none.</summary>
    public int? Journal { get; init; }

    public bool SavesSecrets { get; init; }

    public int Throttle { get; init; } = 4;

    public bool RemoveOrphan { get; init; }

    public bool ReturnsToken { get; init; }

    public bool WithSuccessor { get; init; }

    public OldTokenAction OldToken { get; init; }

    public TimeSpan? GracePeriod { get; init; }

    /// <summary>Whether the input is a new list of the account, in which removed tokens are missing.</summary>
    public bool Relists { get; init; }

    /// <summary>The number of shards that the input is split into, one run after the other.</summary>
    public int Shards { get; init; } = 1;

    public TimeSpan DelayBefore { get; init; }

    public Interruption? Interruption { get; init; }

    public DiskFailure? Disk { get; init; }

    /// <summary>The number of the vault's write that fails; null for none.</summary>
    public int? VaultFailure { get; init; }

    /// <summary>Whether the caller verifies each new token before its old token is retired.</summary>
    public bool Verifies { get; init; }

    /// <summary>The number of the verification that fails; null for none.</summary>
    public int? VerifyFailure { get; init; }

    /// <summary>The number of the secret that the vault saves and the consumer does not get; null for none.</summary>
    public int? DeployFailure { get; init; }

    /// <summary>When the tokens of a staged removal are due.</summary>
    public TimeSpan? RemoveAfter { get; init; }

    /// <summary>The name of the operation in a journal.</summary>
    [JsonIgnore]
    public string JournalOperation => Action switch
    {
        ActionKind.Issue => "New",
        ActionKind.RemoveAll => "Remove",
        ActionKind.Update => "Set",
        _ => Action.ToString(),
    };
}

/// <summary>A write of the journal that fails.</summary>
/// <param name="Write">The number of the write.</param>
/// <param name="Torn">Whether a part of the line is written.</param>
/// <param name="OnFlush">Whether the flush to the disk fails, and not the write.</param>
/// <param name="Count">The number of writes that fail.</param>
/// <param name="OnTruncate">Whether the file cannot be truncated either, at any time.</param>
internal sealed record DiskFailure(int Write, bool Torn, bool OnFlush, int Count, bool OnTruncate);

/// <summary>How a run ends early.</summary>
internal enum InterruptionKind
{
    Stop,
    CallerThrows,
    Kill,
    PowerLoss,
}

/// <summary>What a run is doing when it ends early.</summary>
internal enum InterruptionPoint
{
    Request,
    JournalWrite,
    BeforeSave,
    AfterSave,
    Result,
    Time,
}

/// <summary>The early end of a run.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Point">The kind of event that triggers it.</param>
/// <param name="Number">The number of the event.</param>
/// <param name="Delay">The time after the event.</param>
internal sealed record Interruption(InterruptionKind Kind, InterruptionPoint Point, int Number, TimeSpan Delay);

/// <summary>What goes wrong with a request.</summary>
internal enum FaultKind
{
    ConnectionRefused,
    LostRequest,
    LostResponse,
    NoResponse,
    LateResponse,
    LateEffect,
    TruncatedResponse,
    ProxyPage,
    Throttled,
    Unavailable,
    ServerError,
    BrokenSecret,
    MissingSecret,
}

/// <summary>A fault of some requests.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Target">The kind of request; <see cref="RequestKind.Unknown"/> for any.</param>
/// <param name="Number">The number of the first request of that kind that fails.</param>
internal sealed record FaultPlan(FaultKind Kind, RequestKind Target, int Number)
{
    /// <summary>The number of consecutive requests that fail.</summary>
    public int Count { get; init; } = 1;

    public int Account { get; init; }

    public int Status { get; init; }

    public string MediaType { get; init; } = "text/html";

    /// <summary>Whether the service processes the request all the same.</summary>
    public bool ReachesService { get; init; }

    public RetryAfterForm RetryAfter { get; init; }

    public TimeSpan Time { get; init; }
}

/// <summary>The forms of a Retry-After header.</summary>
internal enum RetryAfterForm
{
    None,
    Zero,
    Seconds,
    Date,
    PastDate,
    Long,
}

/// <summary>A change by somebody else.</summary>
/// <param name="Account">The account.</param>
/// <param name="Kind">The kind of the change.</param>
/// <param name="Token">The number of an initial token.</param>
/// <param name="Name">The name of a new or renamed token.</param>
/// <param name="After">The kind of request of ours that it follows.</param>
/// <param name="Number">The number of that request.</param>
/// <param name="Delay">The time after that request.</param>
internal sealed record PersonPlan(
    int Account, RequestKind Kind, int Token, string Name, RequestKind After, int Number, TimeSpan Delay);
