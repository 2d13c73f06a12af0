namespace ApiTokens.Audit.Rules;

/// <summary>
/// Compares the entries of a vault with the tokens of accounts whose tokens are all known. Without a vault, it has no findings.
/// </summary>
internal abstract class VaultRule : FindingRule
{
    private readonly List<AuditedToken> _tokens = [];
    private readonly List<AccountKey> _accounts = [];

    /// <summary>The vault; null if none is compared.</summary>
    public VaultContent? Vault { get; set; }

    /// <summary>Adds an account of which every token was checked.</summary>
    public void AddAccount(AccountKey account) => _accounts.Add(account);

    internal sealed override RuleViolation? Check(AuditedToken token)
    {
        if (Vault is not null)
        {
            _tokens.Add(token);
        }

        return null;
    }

    internal sealed override IEnumerable<RuleViolation> Complete(FindingPolicy policy) =>
        Vault is { } vault ? Complete(policy, vault) : [];

    /// <summary>Returns the violations.</summary>
    protected abstract IEnumerable<RuleViolation> Complete(FindingPolicy policy, VaultContent vault);

    /// <summary>The tokens that work now.</summary>
    protected IEnumerable<AuditedToken> Live => _tokens.Where(token => !token.IsExpired && token.Token.Status != TokenStatus.Revoked);

    /// <summary>Returns the account of an entry; null if it has none, or if its tokens are not all known.</summary>
    protected AccountKey? AccountOf(VaultEntry entry) => _accounts.Find(account =>
        entry.Service is not null
            ? Same(account.Service, entry.Service) && Same(account.Account, entry.Account)
            : entry.Name.StartsWith($"{account.Service}/{account.Account}/", StringComparison.OrdinalIgnoreCase));

    /// <summary>Returns the live tokens of an entry: that of its metadata, otherwise those of its default name.</summary>
    protected IEnumerable<AuditedToken> TokensOf(VaultEntry entry) => entry.TokenId is null ? TokensOfName(entry) : Live.Where(token =>
        Same(token.Token.Service, entry.Service) && Same(token.Token.Account, entry.Account)
        && token.Identity.Id == TokenIdentity.CanonicalId(token.Token.Service, entry.TokenId));

    /// <summary>Returns the live tokens for which the name of an entry is the default name.</summary>
    protected IEnumerable<AuditedToken> TokensOfName(VaultEntry entry) => Live.Where(token =>
        Same(entry.Name, $"{token.Token.Service}/{token.Token.Account}/{token.Token.Name}"));

    private static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
