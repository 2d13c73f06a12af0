namespace ApiTokens.Audit.Rules;

/// <summary>Finds entries of a vault that have the default name of one token and the metadata of another.</summary>
internal sealed class VaultEntryMismatchRule : VaultRule
{
    public override string Id => "VaultEntryMismatch";

    public override string Summary => "its entry in the vault belongs to another token (only with a vault)";

    public override string NhiRisk => NhiRisks.Reuse;

    public override FindingSeverity Severity => FindingSeverity.Error;

    protected override IEnumerable<RuleViolation> Complete(FindingPolicy policy, VaultContent vault)
    {
        foreach (VaultEntry entry in vault.Entries.Where(entry => entry.TokenId is not null))
        {
            AuditedToken[] named = [.. TokensOfName(entry)];
            AuditedToken[] actual = [.. TokensOf(entry)];
            if (named.Length > 0 && !named.Any(token => actual.Any(other => other.Identity.Equals(token.Identity))))
            {
                yield return new RuleViolation(
                    $"The entry '{entry.Name}' in the vault '{vault.Vault}' is named after the token {named[0].Token}, but has the secret of "
                        + $"the token {(actual.Length > 0 ? $"{actual[0].Token}" : $"{entry.TokenId}, which does not exist or has expired")}.",
                    "Check which token the readers of the entry need, and save its secret there.")
                {
                    Token = named[0].Token,
                };
            }
        }
    }
}
