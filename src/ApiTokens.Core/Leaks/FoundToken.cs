using ApiTokens.Services;

namespace ApiTokens.Leaks;

/// <summary>
/// The token that a leaked secret belongs to, or a candidate if the match is not proven. It does not contain the secret, and can be
/// removed like any other token.
/// </summary>
public sealed class FoundToken : ApiToken
{
    internal FoundToken(ApiToken token, string source, MatchedBy matchedBy, bool isConnectionCredential)
        : base(token)
    {
        MatchedBy = matchedBy;
        Source = source;
        IsConnectionCredential = isConnectionCredential;
    }

    /// <summary>The evidence that the secret belongs to this token.</summary>
    public MatchedBy MatchedBy { get; }

    /// <summary>Whether the service itself proves that the secret belongs to the token. Otherwise the token is a candidate.</summary>
    public bool IsProven => IsProof(MatchedBy);

    /// <summary>The location of the secret, such as <c>leaked.txt:3</c>.</summary>
    public string Source { get; }

    /// <summary>Whether the connection itself authenticates with the secret.</summary>
    public bool IsConnectionCredential { get; }

    /// <summary>Determines whether evidence is proof.</summary>
    /// <param name="matchedBy">The evidence.</param>
    /// <returns>False if the token is only a candidate.</returns>
    public static bool IsProof(MatchedBy matchedBy) => matchedBy is MatchedBy.Value or MatchedBy.Credential or MatchedBy.Probe;
}
