namespace ApiTokens.Audit.Rules;

/// <summary>Finds tokens with all permissions of their service. Each service defines these permissions.</summary>
internal sealed class TooBroadRule : FindingRule
{
    public override string Id => "TooBroad";

    public override string Summary => "has all permissions of its service";

    public override string NhiRisk => NhiRisks.Overprivileged;

    internal override bool AppliesAtIssue => true;

    internal override RuleViolation? Check(AuditedToken token) =>
        !token.IsExpired && token.Service.BroadPermission(token.Token) is { } permission
        ? new RuleViolation(
            $"The permissions of the token {token.Token} are too broad: {permission}.",
            "Replace it with a token that has only the required permissions.")
        : null;
}
