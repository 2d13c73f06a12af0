using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Connections;

/// <summary>Completes the names of the services.</summary>
public sealed class ServiceCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        ServiceCatalog.All
            .Where(service => service.Name.StartsWith(wordToComplete.Trim('\'', '"'), StringComparison.OrdinalIgnoreCase))
            .Select(service => new CompletionResult(service.Name));
}
