namespace ApiTokens.Audit.Rules;

/// <summary>Its secret was given a longer life than the policy allows.</summary>
internal sealed class LongLivedRule : FindingRule
{
    public override string Id => "LongLived";

    public override string Summary => "lives longer than a year";

    internal override RuleViolation? Check(AuditedToken token)
    {
        TimeSpan? life = token.Token.ExpiresAt - token.Service.SecretIssuedAt(token.Token);
        return !token.IsOver && life > token.Policy.MaximumLife
            ? new RuleViolation(
                $"The token {token.Token} lives for {life.Value.Days} days, {token.Policy.MaximumLife.Days} are allowed.",
                "Replace it by a token that expires sooner.")
            : null;
    }
}
