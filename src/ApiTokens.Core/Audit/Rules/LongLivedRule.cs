namespace ApiTokens.Audit.Rules;

/// <summary>Finds secrets with a longer lifetime than the policy allows.</summary>
internal sealed class LongLivedRule : FindingRule
{
    public override string Id => "LongLived";

    public override string Summary => "has a lifetime of more than a year";

    public override string NhiRisk => NhiRisks.LongLivedSecrets;

    internal override bool AppliesAtIssue => true;

    internal override bool IsAboutExpiry => true;

    internal override RuleViolation? Check(AuditedToken token)
    {
        TimeSpan? lifetime = token.Token.ExpiresAt - token.Service.SecretIssuedAt(token.Token);
        return !token.IsExpired && lifetime > token.Policy.MaximumLife
            ? new RuleViolation(
                $"The token {token.Token} has a lifetime of {RelativeTime.Days(lifetime.Value)} days; the maximum is "
                    + $"{token.Policy.MaximumLife.Days} days.",
                "Replace it with a token that has a shorter lifetime.")
            : null;
    }
}
