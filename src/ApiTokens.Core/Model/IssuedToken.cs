using System.Security;

namespace ApiTokens;

/// <summary>A token with its secret, as returned once when it is issued or regenerated.</summary>
public sealed class IssuedToken : ApiToken
{
    /// <summary>Combines a token and its secret.</summary>
    /// <param name="token">The token.</param>
    /// <param name="secret">The secret.</param>
    public IssuedToken(ApiToken token, SecureString secret)
        : base(token)
    {
        Secret = secret;
    }

    /// <summary>The value that authenticates. Only Devo shows it a second time.</summary>
    public SecureString Secret { get; }

    /// <summary>Returns the token without its secret.</summary>
    /// <returns>A copy without the secret.</returns>
    public ApiToken WithoutSecret() => new(this);
}
