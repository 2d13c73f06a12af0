using System.Collections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Completion;

/// <summary>Completes the regions of the specified service, or of all services.</summary>
public sealed class RegionCompleter : Completer
{
    internal override IEnumerable<Candidate> Candidates(IDictionary bound) => ServiceCatalog.All
        .Where(service => bound["Service"] is not { } name
            || string.Equals(name.ToString(), service.Name, StringComparison.OrdinalIgnoreCase))
        .SelectMany(service => service.Regions
            .Where(region => region.Key.Length > 0)
            .Select(region => new Candidate(region.Key, Tip: $"{service.Name}, {region.Value.Host}")));
}
