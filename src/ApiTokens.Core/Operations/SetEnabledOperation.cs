using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Enables or disables a token.</summary>
public sealed class SetEnabledOperation : Operation
{
    private readonly ApiToken _token;
    private readonly bool _enabled;

    /// <summary>Creates the operation.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="token">The token; only its id is required.</param>
    /// <param name="enabled">True to enable the token, false to disable it.</param>
    public SetEnabledOperation(TokenConnection connection, ApiToken token, bool enabled)
        : base(connection, token)
    {
        _token = token;
        _enabled = enabled;
    }

    /// <summary>Whether the token that the connection itself uses may be disabled.</summary>
    public bool AllowOwnToken { get; init; }

    /// <summary>
    /// The time after which a disabled token is due to be removed; null if it stays. It requires a journal, which schedules the removal.
    /// </summary>
    public TimeSpan? RemoveAfter { get; init; }

    /// <summary>
    /// Whether the journal of the run has staged the removal of the token, which enabling it cancels. If the service cannot disable
    /// tokens, the token still works, and nothing else is done.
    /// </summary>
    public bool CancelsRemoval { get; init; }

    internal override string? Parameters => RemoveAfter is { } after ? $"remove after {after:c}" : null;

    internal override bool MayBeUndone => true;

    internal override async Task<bool> IsAlreadyDoneAsync(OperationContext context)
    {
        // The start of the operation cancels the removal, so it must not be skipped.
        if (CancelsRemoval || (RemoveAfter is not null && !context.IsScheduled))
        {
            return false;
        }

        ApiToken token = await Connection.Tokens.GetAsync(_token.Id, context.CancellationToken).ConfigureAwait(false);
        return token.Status == (_enabled ? TokenStatus.Active : TokenStatus.Inactive);
    }

    internal override async Task ExecuteAsync(OperationContext context)
    {
        await OwnTokenGuard.CheckAsync(Connection, _token, AllowOwnToken || _enabled, context.CancellationToken).ConfigureAwait(false);
        if (RemoveAfter is { } after)
        {
            // Before the request: a token that is disabled and that nothing removes would be forgotten.
            await StagedRemoval.ScheduleAsync(context, nameof(RemoveAfter), after, Connection).ConfigureAwait(false);
        }

        if (CancelsRemoval && !Connection.Capabilities.SetEnabled)
        {
            await ReturnAsync(_token.Id, changed: null, context).ConfigureAwait(false);
            return;
        }

        ApiToken? changed = await Connection.Tokens.SetEnabledAsync(_token.Id, _enabled, context.CancellationToken).ConfigureAwait(false);
        await ReturnAsync(_token.Id, changed, context).ConfigureAwait(false);
    }

    private protected override void ValidateCore()
    {
        if (RemoveAfter is { } after)
        {
            StagedRemoval.Validate(nameof(RemoveAfter), after);
            Connection.Capabilities.RequireQuarantine();
        }

        if (!CancelsRemoval)
        {
            Connection.Capabilities.RequireSetEnabled(_enabled);
        }
    }
}
