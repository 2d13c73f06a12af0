namespace ApiTokens.Services;

/// <summary>A step of a service's own search for the tokens of secrets: a token found, something to say of a secret, or how far it is.</summary>
public sealed record SearchStep
{
    /// <summary>Which of the secrets it is about.</summary>
    public int Secret { get; init; } = -1;

    /// <summary>The token that it belongs to.</summary>
    public ApiToken? Token { get; init; }

    /// <summary>What tells so.</summary>
    public MatchedBy MatchedBy { get; init; }

    /// <summary>What is known of a secret whose token was not found; without the secret.</summary>
    public string? Note { get; init; }

    /// <summary>How many tokens were read.</summary>
    public int Read { get; init; }

    /// <summary>Of how many.</summary>
    public int Total { get; init; }

    internal static SearchStep Found(int secret, ApiToken token, MatchedBy matchedBy) => new() { Secret = secret, Token = token, MatchedBy = matchedBy };

    internal static SearchStep NotFound(int secret, string note) => new() { Secret = secret, Note = note };
}
