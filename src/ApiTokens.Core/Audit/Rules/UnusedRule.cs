namespace ApiTokens.Audit.Rules;

/// <summary>Finds tokens that have not been used for a long time, if the service reports their last use.</summary>
internal sealed class UnusedRule : FindingRule
{
    public override string Id => "Unused";

    public override string Summary => "not used for 90 days";

    public override string NhiRisk => NhiRisks.ImproperOffboarding;

    internal override RuleViolation? Check(AuditedToken token)
    {
        // If the token was never used, use the time when its secret was issued.
        DateTimeOffset? since = token.Token.LastUsedAt ?? token.Service.SecretIssuedAt(token.Token);
        if (!token.Service.Capabilities.LastUsed || token.IsExpired || !(token.Now - since > token.Policy.MaximumUnused))
        {
            return null;
        }

        int days = (token.Now - since!.Value).Days;
        string message = token.Token.LastUsedAt is null
            ? $"The token {token.Token} was never used in the {days} days since it was issued."
            : $"The token {token.Token} was last used {days} days ago.";
        return new RuleViolation(message, "Ask the owner whether the token is still needed. If it is not, remove it.");
    }
}
