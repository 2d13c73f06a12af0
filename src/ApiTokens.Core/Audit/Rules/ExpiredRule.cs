namespace ApiTokens.Audit.Rules;

/// <summary>Its time is over and it is still listed.</summary>
internal sealed class ExpiredRule : FindingRule
{
    public override string Id => "Expired";

    public override string Summary => "expired, and still there";

    internal override RuleViolation? Check(AuditedToken token) => token.IsOver
        ? new RuleViolation(
            $"The token {token.Token} expired{(token.Token.ExpiresAt is { } end ? $" on {end:yyyy-MM-dd}" : string.Empty)} and is still there.",
            "Remove it. If something still needs it, issue a new one.")
        : null;
}
