using System.Management.Automation;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Enables tokens that were disabled.</summary>
[Cmdlet(VerbsLifecycle.Enable, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low, DefaultParameterSetName = TokenSet)]
[OutputType(typeof(ApiToken))]
public sealed class EnableApiTokenCommand : TokenCmdlet
{
    internal override string Operation => "Enable";

    internal override void CheckSupported(TokenConnection connection) => connection.Capabilities.RequireSetEnabled(enabled: true);

    internal override Func<CancellationToken, Task<bool>>? IsDone(TokenConnection connection, ApiToken token) =>
        async cancellationToken => (await connection.Tokens.GetAsync(token.Id, cancellationToken).ConfigureAwait(false)).Status == TokenStatus.Active;

    internal override Func<OperationContext, Task> Plan(TokenConnection connection, ApiToken token) => async context =>
    {
        ApiToken? changed = await connection.Tokens.SetEnabledAsync(token.Id, enabled: true, context.CancellationToken).ConfigureAwait(false);
        await PassAsync(connection, token.Id, changed, context).ConfigureAwait(false);
    };
}
