using System.Management.Automation;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Completion;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Renames tokens.</summary>
[Cmdlet(VerbsCommon.Rename, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low,
    DefaultParameterSetName = TokenSet)]
[OutputType(typeof(ApiToken))]
public sealed class RenameApiTokenCommand : TokenCmdlet
{
    /// <summary>The new name.</summary>
    [Parameter(
        Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true,
        HelpMessage = "Specifies the new name: a text, the property NewName of the pipeline input, or a script block that returns a name "
            + "for the token in $_.")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string NewName { get; set; } = string.Empty;

    internal override string OperationName => JournalOperations.Rename;

    internal override string Action => $"Rename API token to '{NewName}'";

    internal override void OnQueued(ApiToken token) => Connections.Listed.Add(new ApiToken(token) { Name = NewName });

    internal override Operation CreateOperation(TokenConnection connection, ApiToken token, object target) =>
        new RenameOperation(connection, token, NewName) { Target = target, ReturnsToken = PassThru };
}
