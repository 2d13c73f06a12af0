namespace ApiTokens.Services;

/// <summary>
/// The evidence that a secret belongs to a token. <see cref="Form"/>, <see cref="Claims"/> and <see cref="Masked"/> make the token a
/// candidate: whoever wrote the value could have chosen it. The others are proof.
/// </summary>
public enum MatchedBy
{
    /// <summary>The secret contains the token's id (Gcore). The rest of the secret was not verified.</summary>
    Form,

    /// <summary>The secret's claims contain the token's id (WEGnology). The signature was not verified.</summary>
    Claims,

    /// <summary>
    /// The service shows the last five characters of the secret, and no other token has the same ones (Devo). A match by chance has
    /// a probability of one in a million.
    /// </summary>
    Masked,

    /// <summary>The service shows the secret, and the values are equal.</summary>
    Value,

    /// <summary>The connection uses the secret, and the service returned the token of the connection.</summary>
    Credential,

    /// <summary>The service accepted the secret, and the response or the secret identifies the token.</summary>
    Probe,
}
