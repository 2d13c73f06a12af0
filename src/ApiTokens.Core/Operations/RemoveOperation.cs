using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// Removes a token permanently, or revokes it, as some services call it. A token that no longer exists counts as removed.
/// </summary>
public sealed class RemoveOperation : Operation
{
    private readonly ApiToken _token;

    /// <summary>Creates the operation.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="token">The token; only its id is required.</param>
    public RemoveOperation(TokenConnection connection, ApiToken token)
        : base(connection, token)
    {
        _token = token;
    }

    /// <summary>Whether the token that the connection itself uses may be removed.</summary>
    public bool AllowOwnToken { get; init; }

    internal override async Task<bool> IsAlreadyDoneAsync(CancellationToken cancellationToken) =>
        await Connection.ReadIfExistsAsync(_token.Id, cancellationToken).ConfigureAwait(false) is null;

    internal override async Task ExecuteAsync(OperationContext context)
    {
        // The service still lists the record of a revoked token, and a search may return it. There is nothing to remove.
        if (_token.Status == TokenStatus.Revoked)
        {
            await ReturnAsync(_token.Id, _token, context).ConfigureAwait(false);
            return;
        }

        await OwnTokenGuard.CheckAsync(Connection, _token, AllowOwnToken, context.CancellationToken).ConfigureAwait(false);
        ApiToken removed = ReturnsToken && _token.CreatedAt is null
            ? await Connection.Tokens.GetAsync(_token.Id, context.CancellationToken).ConfigureAwait(false)
            : _token;
        await Connection.Tokens.RemoveAsync(_token.Id, context.CancellationToken).ConfigureAwait(false);
        await ReturnAsync(_token.Id, removed.Revoked(Connection.Time.GetUtcNow()), context).ConfigureAwait(false);
    }
}
