using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Keeps a connection from cutting itself off.</summary>
internal static class OwnTokenGuard
{
    /// <summary>Rejects a change to the token that the connection itself uses, unless the caller allows it.</summary>
    /// <exception cref="ApiTokenException"><c>OwnTokenProtected</c>.</exception>
    public static async Task CheckAsync(TokenConnection connection, ApiToken token, bool allowOwnToken, CancellationToken cancellationToken)
    {
        if (!allowOwnToken && await connection.Tokens.IsOwnTokenAsync(token, cancellationToken).ConfigureAwait(false))
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"The connection '{connection.Name}' itself uses the token {token}.",
                $"Use another connection, or specify {Field.AllowOwnToken} to change it anyway.",
                ErrorIds.OwnTokenProtected);
        }
    }
}
