namespace ApiTokens.Services;

/// <summary>Reads tokens that may no longer exist.</summary>
internal static class TokenReading
{
    /// <summary>Reads a token.</summary>
    /// <returns>The token; null if it no longer exists or is revoked.</returns>
    public static Task<ApiToken?> ReadIfExistsAsync(this TokenConnection connection, string id, CancellationToken cancellationToken) =>
        IfExistsAsync(
            connection.Tokens.GetAsync(id, cancellationToken),
            () => connection.Tokens.ListAsync(TokenFilter.Existing, cancellationToken),
            token => connection.GetIdentity(token.Id).Equals(connection.GetIdentity(id)));

    /// <summary>Reads the record of a token, which a service can keep after the token was revoked.</summary>
    /// <returns>The record; null if there is none, or if it cannot be read.</returns>
    public static async Task<ApiToken?> ReadRecordAsync(
        this TokenConnection connection, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.Tokens.GetAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiTokenException)
        {
            return null;
        }
    }

    /// <summary>
    /// Waits for a token that is being read. A 404 may be of a proxy or a gateway. If it does not have the form that the service
    /// documents, the token no longer exists only if the service does not list it either.
    /// </summary>
    /// <returns>The token; null if it no longer exists or is revoked.</returns>
    public static async Task<ApiToken?> IfExistsAsync(
        Task<ApiToken> reading, Func<IAsyncEnumerable<ApiToken>> list, Predicate<ApiToken> isToken)
    {
        try
        {
            ApiToken token = await reading.ConfigureAwait(false);
            return token.Status == TokenStatus.Revoked ? null : token;
        }
        catch (ApiTokenException e) when (e is { Kind: ErrorKind.ObjectNotFound, IsFromService: true })
        {
            return null;
        }
        catch (ApiTokenException e) when (e is { Kind: ErrorKind.ObjectNotFound, IsWebPage: false })
        {
            await foreach (ApiToken token in list().ConfigureAwait(false))
            {
                if (isToken(token) && token.Status != TokenStatus.Revoked)
                {
                    return token;
                }
            }

            return null;
        }
    }
}
