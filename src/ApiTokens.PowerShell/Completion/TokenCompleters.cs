using System.Collections;
using System.Management.Automation;
using ApiTokens.PowerShell.Connections;

namespace ApiTokens.PowerShell.Completion;

/// <summary>Completes the names of the last listed tokens. Wildcard characters in names are escaped.</summary>
public sealed class TokenNameCompleter : Completer
{
    internal override IEnumerable<Candidate> Candidates(IDictionary bound) => ConnectionStore.Current.Listed.On(NamesOf(bound))
        .Select(token => new Candidate(WildcardPattern.Escape(token.Name), token.Name, $"{token.Connection}, {token.Id}"));
}

/// <summary>Completes the ids of the last listed tokens by id or by name.</summary>
public sealed class TokenIdCompleter : Completer
{
    internal override IEnumerable<Candidate> Candidates(IDictionary bound) => ConnectionStore.Current.Listed.On(NamesOf(bound))
        .Select(token => new Candidate(token.Id, token.Name.Length > 0 ? token.Name : null, $"{token.Id} on {token.Connection}"));
}

/// <summary>Completes the last listed tokens: by name if the name is unique, otherwise by id.</summary>
public sealed class TokenCompleter : Completer
{
    internal override IEnumerable<Candidate> Candidates(IDictionary bound) => ConnectionStore.Current.Listed.On(NamesOf(bound))
        .GroupBy(token => token.Name, StringComparer.OrdinalIgnoreCase)
        .SelectMany(same => same.Select(token => same.Key.Length > 0 && same.Skip(1).FirstOrDefault() is null
            ? new Candidate(token.Name, Tip: $"{token.Id} on {token.Connection}")
            : new Candidate(token.Id, token.Name.Length > 0 ? token.Name : null, $"{token.Id} on {token.Connection}")));
}
