namespace ApiTokens.Audit.Rules;

/// <summary>It has no end.</summary>
internal sealed class NeverExpiresRule : FindingRule
{
    public override string Id => "NeverExpires";

    public override string Summary => "never expires";

    internal override RuleViolation? Check(AuditedToken token) => !token.IsOver && token.Token.ExpiresAt is null
        ? new RuleViolation($"The token {token.Token} never expires.", "Replace it by a token that expires.")
        : null;
}
