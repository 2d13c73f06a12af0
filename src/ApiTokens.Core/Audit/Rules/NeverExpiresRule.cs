namespace ApiTokens.Audit.Rules;

/// <summary>Finds tokens that never expire.</summary>
internal sealed class NeverExpiresRule : FindingRule
{
    public override string Id => "NeverExpires";

    public override string Summary => "never expires";

    public override string NhiRisk => NhiRisks.LongLivedSecrets;

    internal override bool AppliesAtIssue => true;

    internal override bool IsAboutExpiry => true;

    internal override RuleViolation? Check(AuditedToken token) => !token.IsExpired && token.Token.ExpiresAt is null
        ? new RuleViolation($"The token {token.Token} never expires.", "Replace it with a token that expires.")
        : null;
}
