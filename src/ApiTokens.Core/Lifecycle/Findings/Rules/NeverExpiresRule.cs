namespace ApiTokens.Lifecycle.Findings.Rules;

/// <summary>It has no end.</summary>
internal sealed class NeverExpiresRule : FindingRule
{
    public override string Id => "NeverExpires";

    public override string Summary => "never expires";

    internal override Suspicion? Check(AuditedToken token) => !token.IsOver && token.Token.ExpiresAt is null
        ? new Suspicion($"The token {token.Token} never expires.", "Issue one with an end in its place (New-ApiToken -ExpiresIn) and remove this one.")
        : null;
}
