namespace ApiTokens.Audit.Rules;

/// <summary>
/// Finds tokens that expire soon. The services send notices 7 days and 1 day before (contracts/gcore.md, 1.11: "in 7 days or less").
/// </summary>
internal sealed class ExpiringSoonRule : FindingRule
{
    public override string Id => "ExpiringSoon";

    public override string Summary => "expires within 7 days (a warning) or 1 day (an error)";

    public override string NhiRisk => NhiRisks.LongLivedSecrets;

    internal override RuleViolation? Check(AuditedToken token)
    {
        if (token.IsExpired || token.Token.ExpiresAt is not { } expiry || expiry - token.Now > token.Policy.ExpiryWarning)
        {
            return null;
        }

        TimeSpan remaining = expiry - token.Now;
        return new RuleViolation(
            FormattableString.Invariant(
                $"The token {token.Token} expires {RelativeTime.Format(remaining)}, at {expiry:yyyy-MM-dd HH:mm} UTC."),
            "Reset it and deploy the new secret, or let it expire.")
        {
            Severity = remaining <= token.Policy.ExpiryError ? FindingSeverity.Error : FindingSeverity.Warning,
        };
    }
}
