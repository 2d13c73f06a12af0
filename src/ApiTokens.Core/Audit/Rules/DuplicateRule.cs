namespace ApiTokens.Audit.Rules;

/// <summary>
/// A newer token of the same account has the same name, owner and permissions: a rotation that was not finished, or a
/// create whose answer was lost. All but the newest are found; the first pair is enough to tell, so nothing waits for the end.
/// </summary>
internal sealed class DuplicateRule : FindingRule
{
    private readonly Dictionary<(AccountKey, string), ApiToken> _newest = [];

    public override string Id => "Duplicate";

    public override string Summary => "a newer token has the same name, owner and permissions";

    public override FindingSeverity Severity => FindingSeverity.Information;

    internal override RuleViolation? Check(AuditedToken token)
    {
        if (token.IsOver || token.Token.Name.Length == 0)
        {
            return null;
        }

        var key = (token.Account, $"{token.Token.Name}\n{token.Token.Owner}\n{token.Service.PermissionsOf(token.Token)}");
        if (!_newest.TryGetValue(key, out ApiToken? other))
        {
            _newest[key] = token.Token;
            return null;
        }

        if (other.Id == token.Token.Id)
        {
            return null;
        }

        (ApiToken older, ApiToken newer) = IsNewer(token.Token, other) ? (other, token.Token) : (token.Token, other);
        _newest[key] = newer;
        return new RuleViolation(
            $"The token {older} has the same name, owner and permissions as the newer {newer.Id}.",
            "Remove it if a rotation left it behind; if both are needed, give them different names.")
        {
            Token = older,
        };
    }

    // Ids that are numbers grow in length before they grow in letters.
    private static bool IsNewer(ApiToken token, ApiToken than) =>
        token.CreatedAt != than.CreatedAt ? token.CreatedAt > than.CreatedAt
        : token.Id.Length != than.Id.Length ? token.Id.Length > than.Id.Length
        : string.CompareOrdinal(token.Id, than.Id) > 0;
}
