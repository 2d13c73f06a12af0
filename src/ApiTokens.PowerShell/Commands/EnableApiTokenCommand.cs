using System.Management.Automation;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Enables disabled tokens. With the journal of a staged removal, it also cancels the removal.</summary>
[Cmdlet(VerbsLifecycle.Enable, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low,
    DefaultParameterSetName = TokenSet)]
[OutputType(typeof(ApiToken))]
public sealed class EnableApiTokenCommand : TokenCmdlet
{
    internal override string OperationName => JournalOperations.Enable;

    internal override Operation CreateOperation(TokenConnection connection, ApiToken token, object target) =>
        new SetEnabledOperation(connection, token, enabled: true)
        {
            Target = target,
            ReturnsToken = PassThru,
            CancelsRemoval = Retirements?.IsRemovalStaged(connection.GetIdentity(token.Id)) == true,
        };
}
