using ApiTokens.Audit.Rules;

namespace ApiTokens.Audit;

/// <summary>All rules. A new rule is one class and one line here.</summary>
public static class FindingRules
{
    /// <summary>The rules, in the order in which they check a token.</summary>
    public static IReadOnlyList<FindingRule> All { get; } = Create();

    internal static IReadOnlyList<FindingRule> Create() =>
    [
        new ExpiredRule(),
        new ExpiringSoonRule(),
        new OwnCredentialRule(),
        new NeverExpiresRule(),
        new LongLivedRule(),
        new UnusedRule(),
        new LastUseUnknownRule(),
        new TooBroadRule(),
        new UnknownUserRule(),
        new DuplicateRule(),
        new NearTokenLimitRule(),
        new VaultEntryOrphanedRule(),
        new VaultEntryMissingRule(),
        new VaultEntryMismatchRule(),
        new WaiverExpiredRule(),
    ];
}
