using System.Collections;
using ApiTokens.PowerShell.Connections;

namespace ApiTokens.PowerShell.Completion;

/// <summary>Completes the users that Get-ApiTokenUser listed last, and the owners of the last listed tokens.</summary>
public sealed class UserCompleter : Completer
{
    internal override IEnumerable<Candidate> Candidates(IDictionary bound) => ConnectionStore.Current.Listed.UsersOn(NamesOf(bound))
        .Select(user => new Candidate(user.Id, Tip: string.Join(", ", new[] { user.Name, user.Email, user.Connection }.OfType<string>())));
}
