using System.Security;

namespace ApiTokens;

/// <summary>A token together with its secret: what issuing or regenerating one gives, once.</summary>
public sealed class IssuedToken : ApiToken
{
    /// <summary>Joins a record and the secret that was issued for it.</summary>
    /// <param name="token">The record.</param>
    /// <param name="secret">Its secret.</param>
    public IssuedToken(ApiToken token, SecureString secret)
        : base(token)
    {
        Secret = secret;
    }

    /// <summary>The value that authenticates. No service but Devo shows it a second time.</summary>
    public SecureString Secret { get; }

    /// <summary>The record alone, as for a token whose secret was put away.</summary>
    /// <returns>A copy without the secret.</returns>
    public ApiToken WithoutSecret() => new(this);
}
