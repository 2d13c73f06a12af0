using ApiTokens.Services;

namespace ApiTokens.Leaks;

/// <summary>A token that a leaked secret belongs to. It has no secret, and can be removed like any other token.</summary>
public sealed class FoundToken : ApiToken
{
    internal FoundToken(ApiToken token, LeakedSecret secret, MatchedBy matchedBy, bool isConnectionCredential)
        : base(token)
    {
        MatchedBy = matchedBy;
        Source = secret.Source;
        IsConnectionCredential = isConnectionCredential;
    }

    /// <summary>What tells that the secret is this token's.</summary>
    public MatchedBy MatchedBy { get; }

    /// <summary>Where the secret stood, such as <c>leaked.txt:3</c>.</summary>
    public string Source { get; }

    /// <summary>Whether the connection itself authenticates with that secret.</summary>
    public bool IsConnectionCredential { get; }
}
