using ApiTokens.Services;

namespace ApiTokens.Audit;

/// <summary>One rule: what it looks at and what it says. An instance serves one audit, so that it may remember tokens.</summary>
public abstract class FindingRule
{
    /// <summary>Its id: stable, in PascalCase.</summary>
    public abstract string Id { get; }

    /// <summary>What it finds, in a few words.</summary>
    public abstract string Summary { get; }

    /// <summary>How much its findings usually matter.</summary>
    public virtual FindingSeverity Severity => FindingSeverity.Warning;

    /// <summary>Looks at one token.</summary>
    internal virtual RuleViolation? Check(AuditedToken token) => null;

    /// <summary>After the last token: what is to be said about accounts.</summary>
    internal virtual IEnumerable<RuleViolation> Complete(FindingPolicy policy) => [];
}

/// <summary>A token under audit.</summary>
/// <param name="Token">The token.</param>
/// <param name="Service">Its service.</param>
/// <param name="Policy">What it is measured against.</param>
/// <param name="Now">The present.</param>
internal sealed record AuditedToken(ApiToken Token, ServiceDefinition Service, FindingPolicy Policy, DateTimeOffset Now)
{
    /// <summary>Whether its time is over, also where the record was read before that.</summary>
    public bool IsOver => Token.Status == TokenStatus.Expired || Token.ExpiresAt <= Now;

    public AccountKey Account => new(Token.Connection, Token.Service, Token.Account);
}

/// <summary>The account of a token, as one connection sees it.</summary>
/// <param name="Connection">The connection's name.</param>
/// <param name="Service">The service.</param>
/// <param name="Account">The account.</param>
internal sealed record AccountKey(string Connection, string Service, string Account)
{
    public override string ToString() => $"{Service} {Account}";
}

/// <summary>What a rule says about a token, or about an account where there is none.</summary>
/// <param name="Message">What is wrong.</param>
/// <param name="RecommendedAction">What to do.</param>
internal sealed record RuleViolation(string Message, string RecommendedAction)
{
    /// <summary>Where it matters more or less than the rule's findings usually do.</summary>
    public FindingSeverity? Severity { get; init; }

    /// <summary>Another token than the one looked at, where it is about that.</summary>
    public ApiToken? Token { get; init; }

    /// <summary>The account, where it is about no single token.</summary>
    public AccountKey? Account { get; init; }
}
