using System.Security;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Replaces the secret of connections whose own token is reset.</summary>
internal static class OwnCredential
{
    /// <summary>Lets a connection, and the others of this process that use the same secret, use a new secret.</summary>
    /// <returns>A function that lets them use the old secret again.</returns>
    public static Action Switch(TokenConnection connection, SecureString secret)
    {
        Action[] reverts = [.. LiveConnections.SharingSecretOf(connection).Select(each => each.Tokens.UseSecret(secret))];
        return () => Array.ForEach(reverts, revert => revert());
    }
}
