using ApiTokens.Services;

namespace ApiTokens.Audit;

/// <summary>Measures tokens, one after the other, against a policy. It keeps of each token no more than telling duplicates needs, and sends nothing.</summary>
public sealed class TokenAudit
{
    private readonly FindingPolicy _policy;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<FindingRule> _rules;

    /// <summary>Begins an audit with the system's clock.</summary>
    /// <param name="policy">What tokens are measured against.</param>
    /// <exception cref="ApiTokenException">The policy makes no sense.</exception>
    public TokenAudit(FindingPolicy policy)
        : this(policy, TimeProvider.System)
    {
    }

    /// <summary>Begins an audit.</summary>
    /// <param name="policy">What tokens are measured against.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ApiTokenException">The policy makes no sense.</exception>
    public TokenAudit(FindingPolicy policy, TimeProvider time)
    {
        policy.Validate();
        _policy = policy;
        _time = time;
        _rules = [.. FindingRules.Create().Where(policy.Applies)];
    }

    /// <summary>Looks at a token. What is gone for good has no findings.</summary>
    /// <param name="token">The token.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ApiTokenException">There is no such service.</exception>
    public IReadOnlyList<TokenFinding> Check(ApiToken token)
    {
        if (token.Status == TokenStatus.Revoked)
        {
            return [];
        }

        var audited = new AuditedToken(token, ServiceCatalog.Find(token.Service), _policy, _time.GetUtcNow());
        var found = new List<TokenFinding>();
        foreach (FindingRule rule in _rules)
        {
            if (rule.Check(audited) is { } suspicion)
            {
                Add(found, rule, suspicion, suspicion.Token ?? token);
            }
        }

        return found;
    }

    /// <summary>After the last token: what is to be said about accounts.</summary>
    /// <returns>What was found.</returns>
    public IReadOnlyList<TokenFinding> Complete()
    {
        var found = new List<TokenFinding>();
        foreach (FindingRule rule in _rules)
        {
            foreach (RuleViolation suspicion in rule.Complete(_policy))
            {
                Add(found, rule, suspicion, suspicion.Token);
            }
        }

        return found;
    }

    private void Add(List<TokenFinding> found, FindingRule rule, RuleViolation suspicion, ApiToken? token)
    {
        FindingSeverity severity = _policy.SeverityOf(rule.Id, suspicion.Severity ?? rule.Severity);
        if (severity < _policy.MinimumSeverity)
        {
            return;
        }

        found.Add(new TokenFinding
        {
            RuleId = rule.Id,
            Severity = severity,
            Service = token?.Service ?? suspicion.Account!.Service,
            Account = token?.Account ?? suspicion.Account!.Account,
            Connection = token?.Connection ?? suspicion.Account!.Connection,
            Id = token?.Id ?? string.Empty,
            Name = token?.Name ?? string.Empty,
            Message = suspicion.Message,
            RecommendedAction = suspicion.RecommendedAction,
            Token = token?.GetType() == typeof(ApiToken) ? token : token is null ? null : new ApiToken(token),
        });
    }
}
