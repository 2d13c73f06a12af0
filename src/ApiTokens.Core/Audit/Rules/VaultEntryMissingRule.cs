namespace ApiTokens.Audit.Rules;

/// <summary>Finds tokens that must be in a vault according to the policy, and are not.</summary>
internal sealed class VaultEntryMissingRule : VaultRule
{
    public override string Id => "VaultEntryMissing";

    public override string Summary => "must have an entry in the vault and has none (only with a vault and VaultToken)";

    public override string NhiRisk => NhiRisks.SecretLeakage;

    protected override IEnumerable<RuleViolation> Complete(FindingPolicy policy, VaultContent vault)
    {
        NamePattern[] required = [.. policy.VaultToken.Select(name => new NamePattern(name))];
        if (required.Length == 0)
        {
            yield break;
        }

        var found = new HashSet<TokenIdentity>(vault.Entries.SelectMany(TokensOf).Select(token => token.Identity));
        foreach (AuditedToken token in Live.Where(token => Array.Exists(required, name => name.IsMatch(token.Token.Name))))
        {
            if (!found.Contains(token.Identity))
            {
                yield return new RuleViolation(
                    $"The token {token.Token} has no entry in the vault '{vault.Vault}'.",
                    "Its secret cannot be read again. Reset the token and save the new secret in the vault.")
                {
                    Token = token.Token,
                };
            }
        }
    }
}
