using System.Collections;
using ApiTokens.PowerShell.Connections;

namespace ApiTokens.PowerShell.Completion;

/// <summary>Completes the names of the runspace's connections.</summary>
public sealed class ConnectionCompleter : Completer
{
    internal override IEnumerable<Candidate> Candidates(IDictionary bound) =>
        ConnectionStore.Current.All.Select(connection => new Candidate(connection.Name, Tip: $"{connection.Service} {connection.Account}"));
}
