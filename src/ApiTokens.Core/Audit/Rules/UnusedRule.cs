namespace ApiTokens.Audit.Rules;

/// <summary>Nobody has used it for long, where the service knows.</summary>
internal sealed class UnusedRule : FindingRule
{
    public override string Id => "Unused";

    public override string Summary => "not used for 90 days";

    internal override RuleViolation? Check(AuditedToken token)
    {
        // One that was never used is measured from when it could be.
        DateTimeOffset? since = token.Token.LastUsedAt ?? token.Service.SecretIssuedAt(token.Token);
        if (!token.Service.Capabilities.LastUsed || token.IsOver || !(token.Now - since > token.Policy.MaximumUnused))
        {
            return null;
        }

        int days = (token.Now - since!.Value).Days;
        string message = token.Token.LastUsedAt is null
            ? $"The token {token.Token} was never used in the {days} days that it is there."
            : $"The token {token.Token} was last used {days} days ago.";
        return new RuleViolation(message, "Ask its owner, and remove it if nothing needs it.");
    }
}
