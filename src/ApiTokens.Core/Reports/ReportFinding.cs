namespace ApiTokens.Reports;

/// <summary>The severity of a finding, in ascending order.</summary>
public enum ReportSeverity
{
    /// <summary>No action is required.</summary>
    Information,

    /// <summary>A risk, or a future risk.</summary>
    Warning,

    /// <summary>Immediate action is required.</summary>
    Error,
}

/// <summary>A finding about a token, or about an account if <see cref="Id"/> is empty.</summary>
public sealed record ReportFinding
{
    /// <summary>The id of the rule.</summary>
    public string RuleId { get; init; } = string.Empty;

    /// <summary>The severity.</summary>
    public ReportSeverity Severity { get; init; }

    /// <summary>The service.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>The account in that service.</summary>
    public string Account { get; init; } = string.Empty;

    /// <summary>The address of the service; null if it is not known.</summary>
    public Uri? BaseUri { get; init; }

    /// <summary>The connection.</summary>
    public string Connection { get; init; } = string.Empty;

    /// <summary>The id of the token.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>The name of the token.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The message.</summary>
    public string Message { get; init; } = string.Empty;

    /// <summary>The recommended action.</summary>
    public string RecommendedAction { get; init; } = string.Empty;

    /// <summary>Who approved the waiver of the finding; null if it is not waived.</summary>
    public string? WaivedBy { get; init; }

    /// <summary>The end of the waiver (UTC); null if the finding is not waived.</summary>
    public DateTimeOffset? WaivedUntil { get; init => field = value?.ToUniversalTime(); }

    /// <summary>The reason of the waiver; null if the finding is not waived.</summary>
    public string? WaiverReason { get; init; }

    internal bool IsWaived => WaivedBy is not null;

    /// <summary>A waived finding is only for information.</summary>
    internal ReportSeverity EffectiveSeverity => IsWaived ? ReportSeverity.Information : Severity;

    /// <summary>The waiver in one line.</summary>
    internal string Waiver => FormattableString.Invariant(
        $"waived by {WaivedBy}{(WaivedUntil is { } until ? FormattableString.Invariant($" until {until.AddTicks(-1):yyyy-MM-dd}") : "")}: {WaiverReason}");

    internal TokenIdentity Identity => TokenIdentity.Of(Service, Account, BaseUri, Id);
}
