using System.Management.Automation;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Disables tokens until they are enabled again.</summary>
[Cmdlet(VerbsLifecycle.Disable, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, DefaultParameterSetName = TokenSet)]
[OutputType(typeof(ApiToken))]
public sealed class DisableApiTokenCommand : TokenCmdlet
{
    /// <summary>Also disables the token that the connection itself is using.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    internal override string Operation => "Disable";

    internal override void CheckSupported(TokenConnection connection) => connection.Capabilities.RequireSetEnabled(enabled: false);

    internal override Func<CancellationToken, Task<bool>>? IsDone(TokenConnection connection, ApiToken token) =>
        async cancellationToken => (await connection.Tokens.GetAsync(token.Id, cancellationToken).ConfigureAwait(false)).Status == TokenStatus.Inactive;

    internal override Func<OperationContext, Task> Plan(TokenConnection connection, ApiToken token) => async context =>
    {
        await GuardOwnTokenAsync(connection, token, Force, context.CancellationToken).ConfigureAwait(false);
        ApiToken? changed = await connection.Tokens.SetEnabledAsync(token.Id, enabled: false, context.CancellationToken).ConfigureAwait(false);
        await PassAsync(connection, token.Id, changed, context).ConfigureAwait(false);
    };
}
