using ApiTokens.Services;

namespace ApiTokens.Audit;

/// <summary>Refuses new tokens that a policy forbids, before they are issued. It sends no requests.</summary>
public sealed class IssuePolicy
{
    private readonly FindingPolicy _policy;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<FindingRule> _rules;

    /// <summary>Creates the policy with the system clock.</summary>
    /// <param name="policy">The policy.</param>
    /// <exception cref="ApiTokenException">The policy is invalid.</exception>
    public IssuePolicy(FindingPolicy policy)
        : this(policy, TimeProvider.System)
    {
    }

    /// <summary>Creates the policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ApiTokenException">The policy is invalid.</exception>
    public IssuePolicy(FindingPolicy policy, TimeProvider time)
    {
        policy.Validate();
        _policy = policy;
        _time = time;
        _rules = [.. FindingRules.Create().Where(rule => rule.AppliesAtIssue && policy.Applies(rule))];
    }

    /// <summary>Checks a request for a new token.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="request">The request.</param>
    /// <exception cref="ApiTokenException"><c>PolicyViolation</c>. The error names the rule and the value.</exception>
    public void Check(TokenConnection connection, NewTokenRequest request)
    {
        ServiceDefinition service = ServiceCatalog.Find(connection.Service);
        DateTimeOffset now = _time.GetUtcNow();
        ApiToken token = Expected(connection, service, request, now);
        string name = request.Name.Length > 0 ? $"the token '{ForeignText.Shorten(request.Name)}'" : "the token";
        var audited = new AuditedToken(token, service, _policy, now);
        foreach (FindingRule rule in _rules)
        {
            if (!IsExpiryUnknown(rule, service, request)
                && rule.Check(audited) is { } violation && Refuses(rule, violation.Severity, token, now))
            {
                throw new ApiTokenException(
                    ErrorKind.PermissionDenied,
                    $"The policy does not allow {name} on {connection.Name} ({rule.Id}). {violation.Message}",
                    "Change the request so that it complies with the policy, or add an approved waiver to the policy.",
                    ErrorIds.PolicyViolation);
            }
        }
    }

    // A rule refuses a token if a finding of it would be a warning or an error, and is not waived.
    private bool Refuses(FindingRule rule, FindingSeverity? severity, ApiToken token, DateTimeOffset now)
    {
        FindingSeverity effective = _policy.SeverityOf(rule.Id, severity ?? rule.Severity);
        return effective >= FindingSeverity.Warning && effective >= _policy.MinimumSeverity
            && _policy.WaiverOf(rule, token.Service, token.Account, token.Id, token.Name, now) is null;
    }

    // The setting of a Devo domain is not known.
    private static bool IsExpiryUnknown(FindingRule rule, ServiceDefinition service, NewTokenRequest request) =>
        rule.IsAboutExpiry && service.Capabilities.Expiry == ExpiryChoice.None && request.Expiry.IsServiceDefault;

    // An API without a level of its own has the level for all APIs.
    private static Dictionary<string, AccessLevel>? Access(NewTokenRequest request)
    {
        var access = request.Access.ToDictionary(entry => entry.Key, entry => entry.Value);
        if (request.ApplyToAll is { } level)
        {
            access["*"] = level;
        }

        return access.Count > 0 ? access : null;
    }

    private static ApiToken Expected(
        TokenConnection connection, ServiceDefinition service, NewTokenRequest request, DateTimeOffset now)
    {
        // The default of Application Users is 6 months (contracts/application-users.md).
        TokenExpiry expiry = request.Expiry.IsServiceDefault && connection.Capabilities.Expiry == ExpiryChoice.Months
            ? TokenExpiry.AfterMonths(6)
            : request.Expiry;
        return new ApiToken
        {
            Connection = connection.Name,
            Service = connection.Service,
            Account = connection.Account,
            BaseUri = connection.BaseUri,
            Name = request.Name,
            Status = TokenStatus.Active,
            Owner = request.User,
            Role = request.Role,
            Audience = [.. request.Audience],
            Scope = [.. service.ScopeOf(request)],
            Access = Access(request),
            CreatedAt = now,
            ExpiresAt = expiry.GetExpiration(now),
        };
    }
}
