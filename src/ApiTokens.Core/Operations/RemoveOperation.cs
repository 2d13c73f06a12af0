using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// Removes a token permanently, or revokes it, as some services call it. A token that the service calls revoked or expired, and cannot
/// remove, counts as removed.
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

    /// <summary>
    /// The time after which the token is due to be removed; null to remove it now. Until then, it works. It requires a journal, which
    /// schedules the removal.
    /// </summary>
    public TimeSpan? After { get; init; }

    internal override string? Parameters => After is { } after ? $"after {after:c}" : null;

    // Enabling the token cancels its removal.
    internal override bool MayBeUndone => After is not null;

    internal override async Task<bool> IsAlreadyDoneAsync(OperationContext context) =>
        (After is not null && context.IsScheduled)
        || await Connection.ReadIfExistsAsync(_token.Id, context.CancellationToken).ConfigureAwait(false) is null;

    internal override async Task ExecuteAsync(OperationContext context)
    {
        // The service still lists the record of a revoked token, and a search may return it. There is nothing to remove.
        if (_token.Status == TokenStatus.Revoked)
        {
            await ReturnAsync(_token.Id, _token, context).ConfigureAwait(false);
            return;
        }

        await OwnTokenGuard.CheckAsync(Connection, _token, AllowOwnToken, context.CancellationToken).ConfigureAwait(false);
        if (After is { } after)
        {
            ApiToken token = await Connection.Tokens.GetAsync(_token.Id, context.CancellationToken).ConfigureAwait(false);
            await StagedRemoval.ScheduleAsync(context, nameof(After), after, Connection).ConfigureAwait(false);
            await ReturnAsync(_token.Id, token, context).ConfigureAwait(false);
            return;
        }

        ApiToken removed = ReturnsToken && _token.CreatedAt is null
            ? await Connection.Tokens.GetAsync(_token.Id, context.CancellationToken).ConfigureAwait(false)
            : _token;
        ApiToken? earlier = await RemoveAsync(context.CancellationToken).ConfigureAwait(false);
        await ReturnAsync(_token.Id, earlier ?? removed.Revoked(Connection.Time.GetUtcNow()), context).ConfigureAwait(false);
    }

    // A service can keep the records of tokens that were revoked, or that it deleted when they expired. It has no such token to remove.
    private async Task<ApiToken?> RemoveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Connection.Tokens.RemoveAsync(_token.Id, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (ApiTokenException e) when (e.Kind == ErrorKind.ObjectNotFound)
        {
            ApiToken? record = await Connection.ReadRecordAsync(_token.Id, cancellationToken).ConfigureAwait(false);
            if (record?.Status is TokenStatus.Revoked or TokenStatus.Expired)
            {
                return record;
            }

            throw;
        }
    }

    private protected override void ValidateCore()
    {
        if (After is { } after)
        {
            StagedRemoval.Validate(nameof(After), after);
        }
    }
}
