using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Reads tokens that may no longer exist.</summary>
internal static class TokenReading
{
    /// <summary>Reads a token.</summary>
    /// <returns>The token; null if it no longer exists or is revoked.</returns>
    public static async Task<ApiToken?> ReadIfExistsAsync(this TokenConnection connection, string id, CancellationToken cancellationToken)
    {
        try
        {
            ApiToken token = await connection.Tokens.GetAsync(id, cancellationToken).ConfigureAwait(false);
            return token.Status == TokenStatus.Revoked ? null : token;
        }
        catch (ApiTokenException e) when (e.Kind == ErrorKind.ObjectNotFound)
        {
            return null;
        }
    }
}
