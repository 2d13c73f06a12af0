using System.Management.Automation;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Chooses the default connection of the runspace.</summary>
[Cmdlet(VerbsCommon.Set, "ApiTokenService")]
[OutputType(typeof(TokenConnection))]
public sealed class SetApiTokenServiceCommand : ApiTokenCmdlet
{
    /// <summary>The connection, as an object or a name.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ValueFromPipeline = true,
        HelpMessage = "Specifies the connection: a name or an object from Get-ApiTokenService.")]
    [Alias("Name")]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public ConnectionReference Connection { get; set; } = null!;

    /// <summary>
    /// Makes the connection the default, also after others are made; this is what the cmdlet does without parameters too. With
    /// <c>-Default:$false</c>, the newest connection is the default again.
    /// </summary>
    [Parameter(HelpMessage = "Makes the connection the default.")]
    public SwitchParameter Default { get; set; } = true;

    /// <summary>Also writes the connection.</summary>
    [Parameter(HelpMessage = "Returns the connection.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        TokenConnection connection;
        try
        {
            connection = OneConnection([Connection]);
        }
        catch (ApiTokenException e)
        {
            Fail(e, Connection.Name);
            return;
        }

        if (Default)
        {
            Connections.Default = connection;
        }
        else if (Connections.Default == connection)
        {
            Connections.Default = null;
        }

        if (PassThru)
        {
            WriteConnection(connection);
        }
    }
}
