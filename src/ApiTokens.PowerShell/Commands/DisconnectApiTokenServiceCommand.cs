using System.Management.Automation;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Removes connections and their credentials from the runspace. Nothing changes in the services.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "ApiTokenService")]
public sealed class DisconnectApiTokenServiceCommand : ApiTokenCmdlet
{
    /// <summary>The connections, as objects, names or wildcard patterns.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true,
        HelpMessage = "Specifies the connections: names, wildcard patterns or objects from Get-ApiTokenService.")]
    [Alias("Name")]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    public ConnectionReference[] Connection { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ConnectionReference reference in Connection)
        {
            try
            {
                foreach (TokenConnection connection in Resolve(reference))
                {
                    Connections.Remove(connection);
                }
            }
            catch (ApiTokenException e)
            {
                Fail(e, reference.Name);
            }
        }
    }
}
