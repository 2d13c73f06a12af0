namespace ApiTokens.Services;

/// <summary>Reads tokens that may no longer exist.</summary>
internal static class TokenReading
{
    /// <summary>Reads a token.</summary>
    /// <returns>The token; null if it no longer exists or is revoked.</returns>
    public static Task<ApiToken?> ReadIfExistsAsync(this TokenConnection connection, string id, CancellationToken cancellationToken) =>
        IfExistsAsync(connection.Tokens.GetAsync(id, cancellationToken));

    /// <summary>Waits for a token that is being read.</summary>
    /// <returns>The token; null if it no longer exists or is revoked.</returns>
    public static async Task<ApiToken?> IfExistsAsync(Task<ApiToken> reading)
    {
        try
        {
            ApiToken token = await reading.ConfigureAwait(false);
            return token.Status == TokenStatus.Revoked ? null : token;
        }
        catch (ApiTokenException e) when (e is { Kind: ErrorKind.ObjectNotFound, IsWebPage: false })
        {
            return null;
        }
    }
}
