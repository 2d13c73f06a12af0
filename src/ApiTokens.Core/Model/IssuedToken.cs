using System.Security;

namespace ApiTokens;

/// <summary>A token with its secret, as returned once when it is issued or regenerated.</summary>
public sealed class IssuedToken : ApiToken
{
    private readonly SecureString _secret;

    /// <summary>Combines a token and its secret.</summary>
    /// <param name="token">The token.</param>
    /// <param name="secret">The secret.</param>
    public IssuedToken(ApiToken token, SecureString secret)
        : base(token)
    {
        _secret = secret;
    }

    /// <summary>Returns the value that authenticates. Only Devo shows it a second time.</summary>
    /// <returns>The secret. It is not a property, so that no serializer writes an object in its place that looks like the secret.</returns>
    public SecureString GetSecret() => _secret;

    /// <summary>Returns the token without its secret.</summary>
    /// <returns>A copy without the secret.</returns>
    public ApiToken WithoutSecret() => new(this);
}
