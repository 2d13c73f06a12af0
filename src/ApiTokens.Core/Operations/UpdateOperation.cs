using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Changes the description or the access levels of a token.</summary>
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

    internal override async Task ExecuteAsync(OperationContext context)
    {
        ApiToken? changed = await Connection.Tokens.UpdateAsync(Identity.Id, _changes, context.CancellationToken).ConfigureAwait(false);
        await ReturnAsync(Identity.Id, changed, context).ConfigureAwait(false);
    }

    private protected override void ValidateCore() => Connection.Capabilities.RequireUpdate(_changes);
}
