using System.Management.Automation;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Lists the users whom tokens can act for.</summary>
[Cmdlet(VerbsCommon.Get, "ApiTokenUser")]
[OutputType(typeof(TokenUser))]
public sealed class GetApiTokenUserCommand : ApiTokenCmdlet
{
    /// <summary>The ids, names, email addresses or wildcard patterns.</summary>
    [Parameter(Position = 0, HelpMessage = "Gets only users whose id, name or email address matches.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string[] User { get; set; } = ["*"];

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
        NamePattern[] patterns = [.. User.Select(user => new NamePattern(user))];
        var missing = patterns.Where(pattern => pattern.IsLiteral).ToList();
        IReadOnlyList<TokenConnection> connections = ResolveConnections(Connection);
        foreach (TokenConnection connection in connections)
        {
            // With several connections, a service that has no users of its own is not an error.
            if (!connection.Capabilities.ListUsers && connections.Any(other => other.Capabilities.ListUsers))
            {
                WriteVerbose(ForeignText.InMessage($"{connection.Service} does not list the users of {Describe(connection)}."));
                continue;
            }

            try
            {
                List(connection, patterns, missing);
            }
            catch (ApiTokenException e)
            {
                missing.Clear();
                Fail(e, connection);
            }
        }

        foreach (NamePattern user in missing)
        {
            string shown = ForeignText.Argument(user.Text);
            Fail(
                new ApiTokenException(
                    ErrorKind.ObjectNotFound, $"There is no user '{shown}'.", "To list all users, run Get-ApiTokenUser without -User."),
                shown);
        }
    }

    private void List(TokenConnection connection, NamePattern[] patterns, List<NamePattern> missing)
    {
        foreach (TokenUser user in Enumerate(cancellationToken => connection.Tokens.ListUsers(cancellationToken)))
        {
            Connections.Listed.Add(user);
            if (Array.Exists(patterns, IsMatch))
            {
                missing.RemoveAll(IsMatch);
                WriteObject(user);
            }

            bool IsMatch(NamePattern pattern) =>
                new[] { user.Id, user.Name, user.Email }.Any(text => text is not null && pattern.IsMatch(text));
        }
    }
}
