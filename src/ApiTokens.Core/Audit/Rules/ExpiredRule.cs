namespace ApiTokens.Audit.Rules;

/// <summary>Finds expired tokens that the service still lists.</summary>
internal sealed class ExpiredRule : FindingRule
{
    public override string Id => "Expired";

    public override string Summary => "has expired but is still listed";

    public override string NhiRisk => NhiRisks.ImproperOffboarding;

    internal override RuleViolation? Check(AuditedToken token) => token.IsExpired
        ? new RuleViolation(
            $"The token {token.Token} expired{(token.Token.ExpiresAt is { } expiry
                ? FormattableString.Invariant($" on {expiry:yyyy-MM-dd}") : string.Empty)} but is still listed.",
            "Remove it. If it is still needed, issue a new token.")
        : null;
}
