namespace ApiTokens.Lifecycle.Leaks;

/// <summary>What tells that a secret is a token's.</summary>
public enum MatchedBy
{
    /// <summary>The token's id stands in the secret (Gcore). The rest of the secret was not proved.</summary>
    Form,

    /// <summary>The token's id stands in the secret's claims (WEGnology). The signature was not proved.</summary>
    Claims,

    /// <summary>The service shows the secret's last five characters, and no other token has them (Devo): one in a million by chance.</summary>
    Masked,

    /// <summary>The service shows the secret, and it is the same.</summary>
    Value,

    /// <summary>The connection uses it, and the service said which token that is.</summary>
    Credential,

    /// <summary>The service accepted the secret and its answer, or the secret, says which token it is.</summary>
    Probe,
}

/// <summary>A token that a leaked secret belongs to. It has no secret, and goes to Remove-ApiToken as any other token.</summary>
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
