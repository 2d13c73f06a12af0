namespace ApiTokens.Audit;

/// <summary>What tokens are measured against. The defaults stand in docs/policy.md with their reasons.</summary>
public sealed record FindingPolicy
{
    // Less can only be a number that was meant for days and was taken for a hundred nanoseconds each.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>How long before its end a token is a warning: Gcore marks its page from 7 days on (contracts/gcore.md, 1.11).</summary>
    public TimeSpan ExpiryWarning { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long before its end a token is an error: Gcore writes its last notice 1 day before (contracts/gcore.md, 1.11).</summary>
    public TimeSpan ExpiryError { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long a secret may live: one year, the longest that a service's own form proposes, leap years too.</summary>
    public TimeSpan MaximumLife { get; init; } = TimeSpan.FromDays(366);

    /// <summary>How long a token may go without being used.</summary>
    public TimeSpan MaximumUnused { get; init; } = TimeSpan.FromDays(90);

    /// <summary>The people who may own or have issued tokens, as names or wildcard patterns; empty where anyone may.</summary>
    public IReadOnlyList<string> KnownUser { get; init; } = [];

    /// <summary>The most tokens that an account may have, in place of what its service documents.</summary>
    public int? TokenLimit { get; init; }

    /// <summary>From which share of the limit on an account is near it.</summary>
    public double NearLimit { get; init; } = 0.9;

    /// <summary>The rules to apply, by id; empty for all.</summary>
    public IReadOnlyList<string> Rule { get; init; } = [];

    /// <summary>The rules to leave out, by id.</summary>
    public IReadOnlyList<string> ExcludeRule { get; init; } = [];

    /// <summary>Findings that matter less are left out.</summary>
    public FindingSeverity MinimumSeverity { get; init; }

    /// <summary>Another severity than the usual one, by the rule's id.</summary>
    public IReadOnlyDictionary<string, FindingSeverity> Severity { get; init; } = new Dictionary<string, FindingSeverity>();

    /// <summary>Refuses, by its name, what makes no sense.</summary>
    /// <exception cref="ApiTokenException">A threshold is not possible, or there is no such rule.</exception>
    public void Validate()
    {
        CheckDuration(ExpiryWarning, nameof(ExpiryWarning));
        CheckDuration(ExpiryError, nameof(ExpiryError));
        CheckDuration(MaximumLife, nameof(MaximumLife));
        CheckDuration(MaximumUnused, nameof(MaximumUnused));
        if (ExpiryError > ExpiryWarning)
        {
            throw ApiTokenException.InvalidParameter(
                nameof(ExpiryError), $"'{ExpiryError}' is longer than the {ExpiryWarning} of ExpiryWarning.", "Give a time that is at most as long.");
        }

        if (TokenLimit is < 1)
        {
            throw ApiTokenException.InvalidParameter(nameof(TokenLimit), $"'{TokenLimit}' is no number of tokens.", "Give at least 1, or leave it out.");
        }

        if (NearLimit is not (> 0 and <= 1))
        {
            throw ApiTokenException.InvalidParameter(nameof(NearLimit), $"'{NearLimit}' is no share.", "Give a number above 0 and up to 1, such as 0.9.");
        }

        CheckRules(Rule, nameof(Rule));
        CheckRules(ExcludeRule, nameof(ExcludeRule));
        CheckRules(Severity.Keys, nameof(Severity));
    }

    internal bool Applies(FindingRule rule) => (Rule.Count == 0 || Has(Rule, rule)) && !Has(ExcludeRule, rule);

    internal FindingSeverity SeverityOf(string ruleId, FindingSeverity usual) =>
        Severity.FirstOrDefault(entry => Same(entry.Key, ruleId)) is { Key: not null } found ? found.Value : usual;

    private static bool Has(IEnumerable<string> ids, FindingRule rule) => ids.Any(id => Same(id, rule.Id));

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static void CheckDuration(TimeSpan duration, string name)
    {
        if (duration < Shortest)
        {
            throw ApiTokenException.InvalidParameter(name, $"'{duration}' is too short.", "Write days as '7d', or as a TimeSpan: '7.00:00'.");
        }
    }

    private static void CheckRules(IEnumerable<string> ids, string name)
    {
        if (ids.FirstOrDefault(id => !FindingRules.All.Any(rule => Same(rule.Id, id))) is { } unknown)
        {
            throw ApiTokenException.InvalidParameter(
                name, $"there is no rule '{unknown}'.", $"The rules are: {string.Join(", ", FindingRules.All.Select(rule => rule.Id))}.");
        }
    }
}
