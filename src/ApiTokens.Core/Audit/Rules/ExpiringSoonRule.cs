namespace ApiTokens.Audit.Rules;

/// <summary>It expires within days. The services' own notices come 7 days and 1 day before (contracts/gcore.md, 1.11: "in 7 days or less").</summary>
internal sealed class ExpiringSoonRule : FindingRule
{
    public override string Id => "ExpiringSoon";

    public override string Summary => "expires within 7 days (a warning) or 1 day (an error)";

    internal override RuleViolation? Check(AuditedToken token)
    {
        if (token.IsOver || token.Token.ExpiresAt is not { } end || end - token.Now > token.Policy.ExpiryWarning)
        {
            return null;
        }

        TimeSpan left = end - token.Now;
        return new RuleViolation(
            $"The token {token.Token} expires in {(left.TotalDays >= 1 ? $"{left.Days} d {left.Hours} h" : $"{left.Hours} h {left.Minutes} min")}, at {end:yyyy-MM-dd HH:mm} UTC.",
            "Reset it and deploy the new secret, or let it expire.")
        {
            Severity = left <= token.Policy.ExpiryError ? FindingSeverity.Error : FindingSeverity.Warning,
        };
    }
}
