using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ApiTokens.PowerShell.Connections;

/// <summary>Completes the names of this runspace's connections.</summary>
public sealed class ConnectionCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        ConnectionStore.Current.All
            .Where(connection => connection.Name.StartsWith(wordToComplete.Trim('\'', '"'), StringComparison.OrdinalIgnoreCase))
            .Select(connection => new CompletionResult(connection.Name, connection.Name, CompletionResultType.ParameterValue, $"{connection.Service} {connection.Account}"));
}
