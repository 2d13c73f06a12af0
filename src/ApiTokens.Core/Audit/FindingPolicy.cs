namespace ApiTokens.Audit;

/// <summary>The policy of an audit. docs/policy.md documents the defaults and their reasons.</summary>
public sealed record FindingPolicy
{
    // A shorter duration is probably a number of days that was converted to ticks.
    private static readonly TimeSpan MinDuration = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The time before expiry from which a token causes a warning. Gcore marks tokens from 7 days on (contracts/gcore.md, 1.11).
    /// </summary>
    public TimeSpan ExpiryWarning { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// The time before expiry from which a token causes an error. Gcore sends its last notice 1 day before (contracts/gcore.md, 1.11).
    /// </summary>
    public TimeSpan ExpiryError { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// The maximum lifetime of a secret. The default is one year including leap years, the longest that a service's form offers.
    /// </summary>
    public TimeSpan MaximumLife { get; init; } = TimeSpan.FromDays(366);

    /// <summary>The maximum time since a token was last used.</summary>
    public TimeSpan MaximumUnused { get; init; } = TimeSpan.FromDays(90);

    /// <summary>The users who may own or issue tokens, as names or wildcard patterns; empty for any user.</summary>
    public IReadOnlyList<string> KnownUser { get; init; } = [];

    /// <summary>The maximum number of tokens of an account; null for the limit that its service documents.</summary>
    public int? TokenLimit { get; init; }

    /// <summary>The share of the limit from which an account is near its limit.</summary>
    public double NearLimit { get; init; } = 0.9;

    /// <summary>The ids of the rules to apply; empty for all rules.</summary>
    public IReadOnlyList<string> Rule { get; init; } = [];

    /// <summary>The ids of the rules to exclude.</summary>
    public IReadOnlyList<string> ExcludeRule { get; init; } = [];

    /// <summary>The minimum severity. Findings with a lower severity are omitted.</summary>
    public FindingSeverity MinimumSeverity { get; init; }

    /// <summary>The severities that override the defaults of the rules, by rule id.</summary>
    public IReadOnlyDictionary<string, FindingSeverity> Severity { get; init; } = new Dictionary<string, FindingSeverity>();

    /// <summary>The accepted findings.</summary>
    public IReadOnlyList<FindingWaiver> Waiver { get; init; } = [];

    /// <summary>The names or wildcard patterns of the tokens that must have an entry in the vault; empty for none.</summary>
    public IReadOnlyList<string> VaultToken { get; init; } = [];

    /// <summary>Validates the policy.</summary>
    /// <exception cref="ApiTokenException">A value is out of range, or a rule does not exist. The error names the property.</exception>
    public void Validate()
    {
        CheckDuration(ExpiryWarning, nameof(ExpiryWarning));
        CheckDuration(ExpiryError, nameof(ExpiryError));
        CheckDuration(MaximumLife, nameof(MaximumLife));
        CheckDuration(MaximumUnused, nameof(MaximumUnused));
        if (ExpiryError > ExpiryWarning)
        {
            throw ApiTokenException.InvalidParameter(
                nameof(ExpiryError),
                $"'{ExpiryError}' is longer than ExpiryWarning, which is '{ExpiryWarning}'.",
                "Specify a time that is at most as long.");
        }

        if (TokenLimit is < 1)
        {
            throw ApiTokenException.InvalidParameter(
                nameof(TokenLimit), $"'{TokenLimit}' is not a valid number of tokens.", "Specify at least 1, or omit it.");
        }

        if (NearLimit is not (> 0 and <= 1))
        {
            throw ApiTokenException.InvalidParameter(
                nameof(NearLimit), $"'{NearLimit}' is out of range.", "Specify a number greater than 0 and up to 1, such as 0.9.");
        }

        CheckRules(Rule, nameof(Rule));
        CheckRules(ExcludeRule, nameof(ExcludeRule));
        CheckRules(Severity.Keys, nameof(Severity));
        CheckRules(Waiver.Select(waiver => waiver.Rule), nameof(Waiver));
    }

    internal bool Applies(FindingRule rule) => (Rule.Count == 0 || Has(Rule, rule)) && !Has(ExcludeRule, rule);

    internal FindingSeverity SeverityOf(string ruleId, FindingSeverity defaultSeverity) =>
        Severity.FirstOrDefault(entry => Same(entry.Key, ruleId)) is { Key: not null } found ? found.Value : defaultSeverity;

    /// <summary>Returns the waiver of a finding that is valid now; null if there is none.</summary>
    internal FindingWaiver? WaiverOf(FindingRule rule, string service, string account, string id, string name, DateTimeOffset now) =>
        Waiver.FirstOrDefault(waiver => waiver.Until > now && waiver.IsFor(rule) && waiver.IsFor(service, account, id, name));

    private static bool Has(IEnumerable<string> ids, FindingRule rule) => ids.Any(id => Same(id, rule.Id));

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static void CheckDuration(TimeSpan duration, string name)
    {
        if (duration < MinDuration)
        {
            throw ApiTokenException.InvalidParameter(
                name, $"'{duration}' is too short.", "Specify days as '7d', or as a TimeSpan such as '7.00:00'.");
        }
    }

    private static void CheckRules(IEnumerable<string> ids, string name)
    {
        if (ids.FirstOrDefault(id => !FindingRules.All.Any(rule => Same(rule.Id, id))) is { } unknown)
        {
            throw ApiTokenException.InvalidParameter(
                name,
                $"the rule '{ForeignText.Argument(unknown)}' does not exist.",
                $"The rules are: {string.Join(", ", FindingRules.All.Select(rule => rule.Id))}.");
        }
    }
}
