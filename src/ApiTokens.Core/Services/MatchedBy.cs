namespace ApiTokens.Services;

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
