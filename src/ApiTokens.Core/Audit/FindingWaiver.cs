namespace ApiTokens.Audit;

/// <summary>An accepted finding: somebody decided that a token may violate a rule for some time. The finding is shown as waived.</summary>
public sealed record FindingWaiver
{
    /// <summary>The tokens: an id, a name or a wildcard pattern of names.</summary>
    public string Token { get; init; } = string.Empty;

    /// <summary>The id of the rule.</summary>
    public string Rule { get; init; } = string.Empty;

    /// <summary>The reason.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>Who approved it.</summary>
    public string ApprovedBy { get; init; } = string.Empty;

    /// <summary>The end of the last day on which it is valid (UTC).</summary>
    public DateTimeOffset Until { get; init; }

    /// <summary>The service of the tokens; null for any.</summary>
    public string? Service { get; init; }

    /// <summary>The account of the tokens; null for any.</summary>
    public string? Account { get; init; }

    /// <summary>Determines whether the waiver is for a token, or for an account if the id is empty.</summary>
    internal bool IsFor(string service, string account, string id, string name) =>
        (Service is null || Same(Service, service)) && (Account is null || Same(Account, account))
        && (new NamePattern(Token).IsMatch(name) || (id.Length > 0 && Token == id));

    /// <summary>Determines whether the waiver is for a rule.</summary>
    internal bool IsFor(FindingRule rule) => Same(Rule, rule.Id);

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
