using System.Collections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Completion;

/// <summary>Completes the names of the services.</summary>
public sealed class ServiceCompleter : Completer
{
    internal override IEnumerable<Candidate> Candidates(IDictionary bound) =>
        ServiceCatalog.All.Select(service => new Candidate(service.Name));
}
