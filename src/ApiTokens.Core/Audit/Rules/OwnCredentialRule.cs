namespace ApiTokens.Audit.Rules;

/// <summary>Finds the tokens that connections themselves use and that expire soon: after that, the connection can change nothing.</summary>
internal sealed class OwnCredentialRule : FindingRule
{
    public override string Id => "OwnCredentialExpiring";

    public override string Summary => "expires within 7 days, and the connection itself uses it";

    public override string NhiRisk => NhiRisks.LongLivedSecrets;

    public override FindingSeverity Severity => FindingSeverity.Error;

    internal override RuleViolation? Check(AuditedToken token) =>
        !token.IsExpired && token.Token.ExpiresAt is { } expiry && expiry - token.Now <= token.Policy.ExpiryWarning && token.IsOwn()
            ? new RuleViolation(
                $"The connection '{token.Token.Connection}' itself uses the token {token.Token}, which expires "
                    + FormattableString.Invariant($"at {expiry:yyyy-MM-dd HH:mm} UTC."),
                "Reset the own token of the connection, which then uses the new secret.")
            : null;
}
