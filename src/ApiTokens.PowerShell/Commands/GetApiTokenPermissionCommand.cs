using System.Management.Automation;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Lists the permissions that a service offers: scopes and presets, audiences, roles, APIs.</summary>
[Cmdlet(VerbsCommon.Get, "ApiTokenPermission")]
[OutputType(typeof(TokenPermission))]
public sealed class GetApiTokenPermissionCommand : ApiTokenCmdlet
{
    /// <summary>The values or wildcard patterns.</summary>
    [Parameter(Position = 0, HelpMessage = "Specifies values or wildcard patterns.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string[] Value { get; set; } = ["*"];

    /// <summary>The kinds: Scope, Preset, Audience, Role, Api.</summary>
    [Parameter(HelpMessage = "Gets only these kinds of permissions: Scope, Preset, Audience, Role, Api.")]
    [ValidateSet("Scope", "Preset", "Audience", "Role", "Api")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string[] Kind { get; set; } = [];

    /// <summary>The connections, as objects, names or wildcard patterns; the newest connection by default.</summary>
    [Parameter(
        ValueFromPipeline = true,
        HelpMessage = "Specifies the connections: names, wildcard patterns or objects from Get-ApiTokenService; * selects all "
            + "connections.")]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    public ConnectionReference[]? Connection { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        NamePattern[] values = [.. Value.Select(value => new NamePattern(value))];
        foreach (TokenConnection connection in ResolveConnections(Connection))
        {
            try
            {
                foreach (TokenPermission permission in Wait(cancellationToken => connection.Tokens.ListPermissionsAsync(cancellationToken)))
                {
                    if ((Kind.Length == 0 || Kind.Contains(permission.Kind, StringComparer.OrdinalIgnoreCase))
                        && values.Any(value => value.IsMatch(permission.Value)))
                    {
                        WriteObject(permission);
                    }
                }
            }
            catch (ApiTokenException e)
            {
                Fail(e, connection);
            }
        }
    }
}
