using System.Management.Automation;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Sandbox;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Stops sandboxes and removes the connections to them. By default, stops all sandboxes that this runspace started.</summary>
[Cmdlet(VerbsLifecycle.Stop, "ApiTokenSandbox")]
public sealed class StopApiTokenSandboxCommand : ApiTokenCmdlet
{
    /// <summary>The sandboxes.</summary>
    [Parameter(
        Position = 0, ValueFromPipeline = true,
        HelpMessage = "Specifies the sandboxes: objects from Start-ApiTokenSandbox or Get-ApiTokenSandbox.")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public ApiTokenSandbox[]? Sandbox { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ApiTokenSandbox sandbox in Sandbox ?? [.. ApiTokenSandbox.Current])
        {
            sandbox.Stop();
            ApiTokenSandbox.Current.Remove(sandbox);
            TokenConnection[] connections = [.. Connections.All.Where(connection => sandbox.BaseUri.IsBaseOf(connection.BaseUri))];
            foreach (TokenConnection connection in connections)
            {
                Connections.Remove(connection);
            }
        }
    }
}
