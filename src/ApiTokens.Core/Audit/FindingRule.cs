using ApiTokens.Services;

namespace ApiTokens.Audit;

/// <summary>A rule of an audit. Each audit has its own instances, so a rule may keep state about tokens.</summary>
public abstract class FindingRule
{
    /// <summary>The stable id of the rule, in PascalCase.</summary>
    public abstract string Id { get; }

    /// <summary>A short description of the findings.</summary>
    public abstract string Summary { get; }

    /// <summary>
    /// The item of the OWASP Non-Human Identities Top 10 2025 that the rule is for, such as <c>NHI7:2025 Long-Lived Secrets</c>.
    /// </summary>
    public abstract string NhiRisk { get; }

    /// <summary>The default severity of the findings.</summary>
    public virtual FindingSeverity Severity => FindingSeverity.Warning;

    /// <summary>Whether the rule can check a token before it is issued.</summary>
    internal virtual bool AppliesAtIssue => false;

    /// <summary>Whether the rule depends on the expiry.</summary>
    internal virtual bool IsAboutExpiry => false;

    /// <summary>Checks one token.</summary>
    internal virtual RuleViolation? Check(AuditedToken token) => null;

    /// <summary>After the last token: returns the violations of accounts.</summary>
    internal virtual IEnumerable<RuleViolation> Complete(FindingPolicy policy) => [];
}

/// <summary>A token to be checked.</summary>
/// <param name="Token">The token.</param>
/// <param name="Service">The service of the token.</param>
/// <param name="Policy">The policy.</param>
/// <param name="Now">The current time.</param>
internal sealed record AuditedToken(ApiToken Token, ServiceDefinition Service, FindingPolicy Policy, DateTimeOffset Now)
{
    /// <summary>Whether the token has expired, even if it was read before it expired.</summary>
    public bool IsExpired => Token.Status == TokenStatus.Expired || Token.ExpiresAt <= Now;

    /// <summary>The maximum number of tokens of the account; null if it has none.</summary>
    public int? TokenLimit { get; init; }

    /// <summary>Determines whether the connection of the token itself uses it. It may send a request.</summary>
    public Func<bool> IsOwn { get; init; } = () => false;

    public AccountKey Account => new(Token.Connection, Token.Service, Token.Account, Token.BaseUri);

    public TokenIdentity Identity { get; } = TokenIdentity.Of(Token);
}

/// <summary>The account of a token, read through one connection.</summary>
/// <param name="Connection">The name of the connection.</param>
/// <param name="Service">The service.</param>
/// <param name="Account">The account.</param>
/// <param name="BaseUri">The address of the service.</param>
internal sealed record AccountKey(string Connection, string Service, string Account, Uri? BaseUri)
{
    public override string ToString() => $"{Service} {Account}";
}

/// <summary>A violation of a rule by a token or an account.</summary>
/// <param name="Message">The message.</param>
/// <param name="RecommendedAction">The recommended action.</param>
internal sealed record RuleViolation(string Message, string RecommendedAction)
{
    /// <summary>The severity, if it differs from the default of the rule.</summary>
    public FindingSeverity? Severity { get; init; }

    /// <summary>The token that violates the rule, if it is not the checked token.</summary>
    public ApiToken? Token { get; init; }

    /// <summary>The account that violates the rule, if the violation is not about a single token.</summary>
    public AccountKey? Account { get; init; }
}
