using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Removes a token for good; where the service calls it so, revokes it. A token that is gone already counts as removed.</summary>
public sealed class RemoveOperation : Operation
{
    private readonly ApiToken _token;

    /// <summary>Removes one token.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="token">The token; its id is enough.</param>
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
        // A record of a token that is gone, as a search gives where the service still lists it: nothing is left to remove.
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
        await ReturnAsync(_token.Id, removed, context).ConfigureAwait(false);
    }
}
