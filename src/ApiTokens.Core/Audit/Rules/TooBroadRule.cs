namespace ApiTokens.Audit.Rules;

/// <summary>It may do everything there is. What that is, each service's folder says.</summary>
internal sealed class TooBroadRule : FindingRule
{
    public override string Id => "TooBroad";

    public override string Summary => "may do everything that there is in its service";

    internal override RuleViolation? Check(AuditedToken token) => !token.IsOver && token.Service.BroadPermission(token.Token) is { } permission
        ? new RuleViolation(
            $"The token {token.Token} may do more than one purpose can need: {permission}.",
            "Replace it by a token that has only the permissions it needs.")
        : null;
}
