using ApiTokens.Http;
using ApiTokens.Services;

namespace ApiTokens.Lifecycle;

/// <summary>A new secret for the same purpose: regenerated in place where the service can, else a successor that takes over.</summary>
public static class TokenReset
{
    /// <summary>
    /// Issues, delivers, and only then removes the predecessor. A failure on the way leaves the predecessor as it was, and
    /// the error names what exists now.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="id">The predecessor's id.</param>
    /// <param name="expiry">The new end; the service's default keeps the length of life.</param>
    /// <param name="deliver">Delivers the successor with its secret; completes when it has arrived.</param>
    /// <param name="stop">Lets no further request start.</param>
    /// <returns>Completes when the predecessor's secret is dead.</returns>
    /// <exception cref="ApiTokenException">A step failed.</exception>
    public static async Task ResetAsync(TokenConnection connection, string id, TokenExpiry expiry, Func<IssuedToken, Task> deliver, CancellationToken stop)
    {
        ITokenService tokens = connection.Tokens;
        ApiToken predecessor = await tokens.GetAsync(id, stop).ConfigureAwait(false);
        if (predecessor.Status == TokenStatus.Revoked)
        {
            throw new ApiTokenException(
                ErrorKind.ResourceExists, $"The token {predecessor} is revoked for good and cannot be reset.", "Issue a new token with New-ApiToken.", "TokenRevoked");
        }

        if (tokens.Capabilities.Regenerate)
        {
            await deliver(await tokens.RegenerateAsync(id, expiry, stop).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }

        IssuedToken successor = await tokens.CreateAsync(tokens.Like(predecessor, expiry), stop).ConfigureAwait(false);
        await deliver(successor).ConfigureAwait(false);
        try
        {
            await tokens.RemoveAsync(id, stop).ConfigureAwait(false);
        }
        catch (ApiTokenException e) when (e.Kind != ErrorKind.ObjectNotFound)
        {
            throw new ApiTokenException(
                e.Kind,
                $"The successor {successor} of the token {predecessor} was issued and delivered; the predecessor is still there. {e.Message}",
                $"Remove the predecessor with Remove-ApiToken -Id {predecessor.Id} -Connection {predecessor.Connection}.",
                "PredecessorNotRemoved",
                e) { StatusCode = e.StatusCode, CorrelationId = e.CorrelationId };
        }
    }
}
