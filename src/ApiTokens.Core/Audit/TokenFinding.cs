namespace ApiTokens.Audit;

/// <summary>
/// Something that a rule found. Flat, so that what is left of it after serialization still names the token.
/// It has no secret: nothing that it is made of has one.
/// </summary>
public sealed class TokenFinding
{
    /// <summary>The rule's id, such as <c>NeverExpires</c>.</summary>
    public string RuleId { get; init; } = string.Empty;

    /// <summary>How much it matters.</summary>
    public FindingSeverity Severity { get; init; }

    /// <summary>The token's service.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>The token's account.</summary>
    public string Account { get; init; } = string.Empty;

    /// <summary>The connection that the token was read through.</summary>
    public string Connection { get; init; } = string.Empty;

    /// <summary>The token's id; empty for a finding about the whole account.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>The token's name; empty for a finding about the whole account.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>What is wrong.</summary>
    public string Message { get; init; } = string.Empty;

    /// <summary>What to do about it.</summary>
    public string RecommendedAction { get; init; } = string.Empty;

    /// <summary>The token; null for a finding about the whole account.</summary>
    public ApiToken? Token { get; init; }

    /// <summary>The finding in one line.</summary>
    /// <returns>For example <c>NeverExpires: The token 'ci' (42) never expires.</c></returns>
    public override string ToString() => $"{RuleId}: {Message}";
}
