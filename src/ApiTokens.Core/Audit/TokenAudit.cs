using ApiTokens.Audit.Rules;
using ApiTokens.Services;

namespace ApiTokens.Audit;

/// <summary>
/// Checks tokens against a policy, one after the other. It stores only the data that is needed to detect duplicates, and sends no
/// requests by itself.
/// </summary>
public sealed class TokenAudit
{
    private readonly FindingPolicy _policy;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<FindingRule> _rules;

    /// <summary>Creates an audit with the system clock.</summary>
    /// <param name="policy">The policy.</param>
    /// <exception cref="ApiTokenException">The policy is invalid.</exception>
    public TokenAudit(FindingPolicy policy)
        : this(policy, TimeProvider.System)
    {
    }

    /// <summary>Creates an audit.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ApiTokenException">The policy is invalid.</exception>
    public TokenAudit(FindingPolicy policy, TimeProvider time)
    {
        policy.Validate();
        _policy = policy;
        _time = time;
        _rules = [.. FindingRules.Create().Where(policy.Applies)];
    }

    /// <summary>
    /// Returns the maximum number of tokens of a token's account, such as <see cref="TokenConnection.TokenLimit"/>; null for the limit
    /// that the service documents. The policy takes precedence.
    /// </summary>
    public Func<ApiToken, int?> TokenLimit { get; init; } = _ => null;

    /// <summary>
    /// Determines whether the connection of a token itself uses it. It is called only for tokens that expire soon, and may send a request.
    /// </summary>
    public Func<ApiToken, bool> IsOwnToken { get; init; } = _ => false;

    /// <summary>The vault whose entries are compared with the tokens; null for none.</summary>
    public VaultContent? Vault
    {
        get;
        init
        {
            field = value;
            foreach (VaultRule rule in _rules.OfType<VaultRule>())
            {
                rule.Vault = value;
            }
        }
    }

    /// <summary>
    /// Declares that all tokens of a connection were checked, so that an entry of the vault without a token has none in the account.
    /// </summary>
    /// <param name="connection">The connection.</param>
    public void CompleteAccount(TokenConnection connection) =>
        CompleteAccount(new AccountKey(connection.Name, connection.Service, connection.Account, connection.BaseUri));

    internal void CompleteAccount(AccountKey account)
    {
        foreach (VaultRule rule in _rules.OfType<VaultRule>())
        {
            rule.AddAccount(account);
        }
    }

    /// <summary>Checks a token. A revoked token has no findings.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The findings.</returns>
    /// <exception cref="ApiTokenException">The service of the token does not exist.</exception>
    public IReadOnlyList<TokenFinding> Check(ApiToken token)
    {
        if (token.Status == TokenStatus.Revoked)
        {
            return [];
        }

        ServiceDefinition service = ServiceCatalog.Find(token.Service);
        var audited = new AuditedToken(token, service, _policy, _time.GetUtcNow())
        {
            TokenLimit = _policy.TokenLimit ?? TokenLimit(token) ?? service.Capabilities.TokenLimit,
            IsOwn = () => IsOwnToken(token),
        };
        var found = new List<TokenFinding>();
        foreach (FindingRule rule in _rules)
        {
            if (rule.Check(audited) is { } violation)
            {
                Add(found, rule, violation, violation.Token ?? token);
            }
        }

        return found;
    }

    /// <summary>After the last token: returns the findings about accounts.</summary>
    /// <returns>The findings.</returns>
    public IReadOnlyList<TokenFinding> Complete()
    {
        var found = new List<TokenFinding>();
        foreach (FindingRule rule in _rules)
        {
            foreach (RuleViolation violation in rule.Complete(_policy))
            {
                Add(found, rule, violation, violation.Token);
            }
        }

        return found;
    }

    private void Add(List<TokenFinding> found, FindingRule rule, RuleViolation violation, ApiToken? token)
    {
        FindingSeverity severity = _policy.SeverityOf(rule.Id, violation.Severity ?? rule.Severity);
        if (severity < _policy.MinimumSeverity)
        {
            return;
        }

        string service = token?.Service ?? violation.Account!.Service;
        string account = token?.Account ?? violation.Account!.Account;
        FindingWaiver? waiver = _policy.WaiverOf(
            rule, service, account, token?.Id ?? string.Empty, token?.Name ?? string.Empty, _time.GetUtcNow());
        found.Add(new TokenFinding
        {
            RuleId = rule.Id,
            Severity = severity,
            Service = service,
            Account = account,
            BaseUri = token is null ? violation.Account!.BaseUri : token.BaseUri,
            Connection = token?.Connection ?? violation.Account!.Connection,
            Id = token?.Id ?? string.Empty,
            Name = token?.Name ?? string.Empty,
            Message = violation.Message,
            RecommendedAction = violation.RecommendedAction,
            WaivedBy = waiver?.ApprovedBy,
            WaivedUntil = waiver?.Until,
            WaiverReason = waiver?.Reason,
            Token = token?.GetType() == typeof(ApiToken) ? token : token is null ? null : new ApiToken(token),
        });
    }
}
