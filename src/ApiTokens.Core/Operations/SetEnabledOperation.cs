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

    internal override bool MayBeUndone => true;

    internal override async Task<bool> IsAlreadyDoneAsync(CancellationToken cancellationToken)
    {
        ApiToken token = await Connection.Tokens.GetAsync(_token.Id, cancellationToken).ConfigureAwait(false);
        return token.Status == (_enabled ? TokenStatus.Active : TokenStatus.Inactive);
    }

    internal override async Task ExecuteAsync(OperationContext context)
    {
        await OwnTokenGuard.CheckAsync(Connection, _token, AllowOwnToken || _enabled, context.CancellationToken).ConfigureAwait(false);
        ApiToken? changed = await Connection.Tokens.SetEnabledAsync(_token.Id, _enabled, context.CancellationToken).ConfigureAwait(false);
        await ReturnAsync(_token.Id, changed, context).ConfigureAwait(false);
    }

    private protected override void ValidateCore() => Connection.Capabilities.RequireSetEnabled(_enabled);
}
