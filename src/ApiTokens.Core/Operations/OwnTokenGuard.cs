using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Prevents a connection from disabling or removing its own token.</summary>
public static class OwnTokenGuard
{
    /// <summary>Throws if the connection itself uses the token, unless the caller allows the change.</summary>
    /// <exception cref="ApiTokenException"><c>OwnTokenProtected</c>.</exception>
    internal static async Task CheckAsync(
        TokenConnection connection, ApiToken token, bool allowOwnToken, CancellationToken cancellationToken)
    {
        if (!allowOwnToken && await IsOwnTokenAsync(connection, token, cancellationToken).ConfigureAwait(false))
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"The connection '{connection.Name}' itself uses the token {token}.",
                $"Use another connection, or specify {Field.AllowOwnToken} to change it anyway.",
                ErrorIds.OwnTokenProtected);
        }
    }

    /// <summary>Determines whether a connection itself uses a token.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="token">The token; only its id is required.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>False also for a token that does not exist.</returns>
    /// <exception cref="ApiTokenException">The service rejected the request or could not be reached.</exception>
    // A token that does not exist is not in use. The operation itself reports that.
    public static async Task<bool> IsOwnTokenAsync(TokenConnection connection, ApiToken token, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.Tokens.IsOwnTokenAsync(token, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiTokenException e) when (e.Kind == ErrorKind.ObjectNotFound)
        {
            return false;
        }
    }
}
