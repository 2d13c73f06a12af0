using ApiTokens.Services;

namespace ApiTokens.Leaks;

/// <summary>The token that a leaked secret belongs to. It does not contain the secret, and can be removed like any other token.</summary>
public sealed class FoundToken : ApiToken
{
    internal FoundToken(ApiToken token, LeakedSecret secret, MatchedBy matchedBy, bool isConnectionCredential)
        : base(token)
    {
        MatchedBy = matchedBy;
        Source = secret.Source;
        IsConnectionCredential = isConnectionCredential;
    }

    /// <summary>The evidence that the secret belongs to this token.</summary>
    public MatchedBy MatchedBy { get; }

    /// <summary>The location of the secret, such as <c>leaked.txt:3</c>.</summary>
    public string Source { get; }

    /// <summary>Whether the connection itself authenticates with the secret.</summary>
    public bool IsConnectionCredential { get; }
}
