namespace ApiTokens.Audit;

/// <summary>
/// A finding of a rule. The properties have simple types, so that a deserialized copy still identifies the token. It contains no
/// secret.
/// </summary>
public sealed class TokenFinding
{
    /// <summary>The id of the rule, such as <c>NeverExpires</c>.</summary>
    public string RuleId { get; init; } = string.Empty;

    /// <summary>The severity.</summary>
    public FindingSeverity Severity { get; init; }

    /// <summary>The token's service.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>The token's account.</summary>
    public string Account { get; init; } = string.Empty;

    /// <summary>The address of the service; null if it is not known.</summary>
    public Uri? BaseUri { get; init; }

    /// <summary>The connection that read the token.</summary>
    public string Connection { get; init; } = string.Empty;

    /// <summary>The id of the token; empty for a finding about an account.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>The name of the token; empty for a finding about an account.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The message.</summary>
    public string Message { get; init; } = string.Empty;

    /// <summary>The recommended action.</summary>
    public string RecommendedAction { get; init; } = string.Empty;

    /// <summary>Whether the policy waives the finding. It is shown, but does not count as a problem.</summary>
    public bool IsWaived => WaivedBy is not null;

    /// <summary>Who approved the waiver; null if the finding is not waived.</summary>
    public string? WaivedBy { get; init; }

    /// <summary>The end of the waiver (UTC); null if the finding is not waived.</summary>
    public DateTimeOffset? WaivedUntil { get; init; }

    /// <summary>The reason of the waiver; null if the finding is not waived.</summary>
    public string? WaiverReason { get; init; }

    /// <summary>The token; null for a finding about an account.</summary>
    public ApiToken? Token { get; init; }

    /// <summary>Returns the finding in one line.</summary>
    /// <returns>For example <c>NeverExpires: The token 'ci' (42) never expires.</c></returns>
    public override string ToString() => $"{RuleId}: {Message}";
}
