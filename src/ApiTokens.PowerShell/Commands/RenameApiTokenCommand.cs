using System.Management.Automation;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Gives tokens another name.</summary>
[Cmdlet(VerbsCommon.Rename, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low, DefaultParameterSetName = TokenSet)]
[OutputType(typeof(ApiToken))]
public sealed class RenameApiTokenCommand : TokenCmdlet
{
    /// <summary>The new name.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    public string NewName { get; set; } = string.Empty;

    internal override string Operation => "Rename";

    internal override string Action => $"Rename API token to '{NewName}'";

    internal override void CheckSupported(TokenConnection connection) => connection.Capabilities.RequireRename();

    internal override Func<CancellationToken, Task<bool>>? IsDone(TokenConnection connection, ApiToken token)
    {
        string newName = NewName;
        return async cancellationToken => (await connection.Tokens.GetAsync(token.Id, cancellationToken).ConfigureAwait(false)).Name == newName;
    }

    internal override Func<OperationContext, Task> Plan(TokenConnection connection, ApiToken token)
    {
        string newName = NewName;
        return async context =>
        {
            ApiToken? changed = await connection.Tokens.RenameAsync(token.Id, newName, context.CancellationToken).ConfigureAwait(false);
            await PassAsync(connection, token.Id, changed, context).ConfigureAwait(false);
        };
    }
}
