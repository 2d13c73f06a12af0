namespace ApiTokens.Audit.Rules;

/// <summary>Finds entries of a vault whose token does not exist any more, or has expired.</summary>
internal sealed class VaultEntryOrphanedRule : VaultRule
{
    public override string Id => "VaultEntryOrphaned";

    public override string Summary => "an entry of the vault has no token that works (only with a vault)";

    public override string NhiRisk => NhiRisks.ImproperOffboarding;

    protected override IEnumerable<RuleViolation> Complete(FindingPolicy policy, VaultContent vault)
    {
        foreach (VaultEntry entry in vault.Entries)
        {
            if (AccountOf(entry) is { } account && !TokensOf(entry).Any() && !TokensOfName(entry).Any())
            {
                string token = entry.TokenId is null ? string.Empty : $" ({entry.TokenId})";
                yield return new RuleViolation(
                    $"The token{token} of the entry '{entry.Name}' in the vault '{vault.Vault}' does not exist or has expired.",
                    "Remove the entry. If a program still reads it, issue a new token into the vault.")
                {
                    Account = account,
                };
            }
        }
    }
}
