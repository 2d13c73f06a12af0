using System.Management.Automation;
using ApiTokens.PowerShell.Completion;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Lists the connections of the runspace. The newest connection is the default.</summary>
[Cmdlet(VerbsCommon.Get, "ApiTokenService")]
[OutputType(typeof(TokenConnection))]
public sealed class GetApiTokenServiceCommand : ApiTokenCmdlet
{
    /// <summary>The names or wildcard patterns.</summary>
    [Parameter(Position = 0, HelpMessage = "Specifies names or wildcard patterns.")]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (string name in Name)
        {
            IReadOnlyList<TokenConnection> found = Connections.Match(name);
            if (found.Count == 0 && !NamePattern.HasWildcards(name))
            {
                Fail(
                    new ApiTokenException(
                        ErrorKind.ObjectNotFound,
                        $"The connection '{ForeignText.Argument(name)}' does not exist.",
                        "To list the connections, use Get-ApiTokenService.",
                        ErrorIds.ConnectionNotFound),
                    name);
            }

            foreach (TokenConnection connection in found)
            {
                WriteConnection(connection);
            }
        }
    }
}
