using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Renames a token.</summary>
public sealed class RenameOperation : Operation
{
    private readonly string _newName;

    /// <summary>Creates the operation.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="token">The token; only its id is required.</param>
    /// <param name="newName">The new name.</param>
    public RenameOperation(TokenConnection connection, ApiToken token, string newName)
        : base(connection, token)
    {
        _newName = newName;
    }

    internal override string? Parameters => _newName;

    internal override bool MayBeUndone => true;

    internal override async Task<bool> IsAlreadyDoneAsync(OperationContext context) =>
        (await Connection.Tokens.GetAsync(Identity.Id, context.CancellationToken).ConfigureAwait(false)).Name == _newName;

    internal override async Task ExecuteAsync(OperationContext context)
    {
        ApiToken? changed = await Connection.Tokens.RenameAsync(Identity.Id, _newName, context.CancellationToken).ConfigureAwait(false);
        await ReturnAsync(Identity.Id, changed, context).ConfigureAwait(false);
    }

    private protected override void ValidateCore() => Connection.Capabilities.RequireRename();
}
