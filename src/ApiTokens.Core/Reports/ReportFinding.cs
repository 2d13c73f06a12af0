namespace ApiTokens.Reports;

/// <summary>How bad a finding is, the worst last.</summary>
public enum ReportSeverity
{
    /// <summary>Worth knowing.</summary>
    Information,

    /// <summary>Needs a look.</summary>
    Warning,

    /// <summary>Needs to be dealt with.</summary>
    Error,
}

/// <summary>What is wrong with a token, or with an account where <see cref="Id"/> is empty.</summary>
public sealed record ReportFinding
{
    /// <summary>The rule that it breaks.</summary>
    public string RuleId { get; init; } = string.Empty;

    /// <summary>How bad that is.</summary>
    public ReportSeverity Severity { get; init; }

    /// <summary>The service.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>The account in that service.</summary>
    public string Account { get; init; } = string.Empty;

    /// <summary>The connection.</summary>
    public string Connection { get; init; } = string.Empty;

    /// <summary>The token's id.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>The token's name.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>What was found.</summary>
    public string Message { get; init; } = string.Empty;

    /// <summary>What to do about it.</summary>
    public string RecommendedAction { get; init; } = string.Empty;

    internal TokenKey Key => new(Service, Account, Id);
}
