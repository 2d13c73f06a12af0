namespace ApiTokens.Services;

/// <summary>A step of a service's search for the tokens of secrets: a match, a note about a secret, or progress.</summary>
public sealed record SearchStep
{
    /// <summary>The index of the secret.</summary>
    public int Secret { get; init; } = -1;

    /// <summary>The token that the secret belongs to.</summary>
    public ApiToken? Token { get; init; }

    /// <summary>The evidence for the match.</summary>
    public MatchedBy MatchedBy { get; init; }

    /// <summary>The reason why no token was found. It does not contain the secret.</summary>
    public string? Note { get; init; }

    /// <summary>The number of tokens read so far.</summary>
    public int Read { get; init; }

    /// <summary>The number of tokens to read.</summary>
    public int Total { get; init; }

    internal static SearchStep Found(int secret, ApiToken token, MatchedBy matchedBy) =>
        new() { Secret = secret, Token = token, MatchedBy = matchedBy };

    internal static SearchStep NotFound(int secret, string note) => new() { Secret = secret, Note = note };
}
