namespace ApiTokens.Audit.Rules;

/// <summary>
/// Finds tokens for which the account has a newer token with the same name, owner and permissions, because a rotation was not
/// completed or the response to a create was lost. Each older token is reported as soon as a newer one is known.
/// </summary>
internal sealed class DuplicateRule : FindingRule
{
    private readonly Dictionary<(AccountIdentity, string), AuditedToken> _newest = [];

    public override string Id => "Duplicate";

    public override string Summary => "a newer token has the same name, owner and permissions";

    public override string NhiRisk => NhiRisks.ImproperOffboarding;

    public override FindingSeverity Severity => FindingSeverity.Information;

    internal override RuleViolation? Check(AuditedToken token)
    {
        if (token.IsExpired || token.Token.Name.Length == 0)
        {
            return null;
        }

        var key = (token.Identity.Account, $"{token.Token.Name}\n{token.Token.Owner}\n{token.Service.PermissionsOf(token.Token)}");
        if (!_newest.TryGetValue(key, out AuditedToken? other))
        {
            _newest[key] = token;
            return null;
        }

        if (other.Identity == token.Identity)
        {
            return null;
        }

        (AuditedToken older, AuditedToken newer) = IsNewer(token.Token, other.Token) ? (other, token) : (token, other);
        _newest[key] = newer;
        return new RuleViolation(
            $"The token {older.Token} has the same name, owner and permissions as the newer {newer.Token.Id}.",
            "Remove it if a rotation left it. If both tokens are needed, use different names.")
        {
            Token = older.Token,
        };
    }

    // Compare the length of numeric ids first.
    private static bool IsNewer(ApiToken token, ApiToken other) =>
        token.CreatedAt != other.CreatedAt ? token.CreatedAt > other.CreatedAt
        : token.Id.Length != other.Id.Length ? token.Id.Length > other.Id.Length
        : string.CompareOrdinal(token.Id, other.Id) > 0;
}
