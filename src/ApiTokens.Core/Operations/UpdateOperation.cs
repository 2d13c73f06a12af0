using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Changes the description, the access levels or the lifetime of a token.</summary>
public sealed class UpdateOperation : Operation
{
    private readonly TokenChanges _changes;

    /// <summary>Creates the operation.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="token">The token; only its id is required.</param>
    /// <param name="changes">The changes.</param>
    public UpdateOperation(TokenConnection connection, ApiToken token, TokenChanges changes)
        : base(connection, token)
    {
        _changes = changes;
    }

    internal override string? Parameters => _changes.Fingerprint();

    internal override bool MayBeUndone => true;

    // Access levels are set again: which of them an earlier run set is not worth a rule, as setting them twice has no other effect.
    internal override async Task<bool> IsAlreadyDoneAsync(OperationContext context) =>
        _changes is { Description: { } description, Access: null, ApplyToAll: null, ExpirationMonths: null }
        && (await Connection.Tokens.GetAsync(Identity.Id, context.CancellationToken).ConfigureAwait(false)).Description == description;

    internal override async Task ExecuteAsync(OperationContext context)
    {
        ApiToken? changed = await Connection.Tokens.UpdateAsync(Identity.Id, _changes, context.CancellationToken).ConfigureAwait(false);
        await ReturnAsync(Identity.Id, changed, context).ConfigureAwait(false);
    }

    private protected override void ValidateCore() => Connection.Capabilities.RequireUpdate(_changes);
}
