using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ApiTokens.PowerShell.Connections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Completion;

/// <summary>
/// The base class of completers. It matches prefixes and wildcard patterns, ignores case, and quotes values if necessary. Completers
/// use only the data of the runspace and send no requests.
/// </summary>
public abstract class Completer : IArgumentCompleter
{
    private const int MaxResults = 500;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        Func<string, bool> isMatch = CreateFilter(wordToComplete.Trim('\'', '"'));
        return Candidates(fakeBoundParameters)
            .Where(candidate => candidate.Text.Length > 0 && (isMatch(candidate.Text) || (candidate.Label is { } label && isMatch(label))))
            .GroupBy(candidate => candidate.Text, StringComparer.Ordinal)
            .Select(same => same.First())
            .Take(MaxResults)
            .Select(Result);
    }

    /// <summary>Returns the values to choose from.</summary>
    internal abstract IEnumerable<Candidate> Candidates(IDictionary bound);

    /// <summary>Returns the connections on the command line; the default connection if there are none.</summary>
    internal static IEnumerable<TokenConnection> ConnectionsOf(IDictionary bound)
    {
        ConnectionStore store = ConnectionStore.Current;
        return NamesOf(bound) is { } names ? names.SelectMany(store.Match) : store.Default is { } connection ? [connection] : [];
    }

    /// <summary>Returns the names or patterns of connections on the command line; null if there are none.</summary>
    internal static string[]? NamesOf(IDictionary bound) =>
        (bound["Connection"] is PSObject { BaseObject: var inner } ? inner : bound["Connection"]) switch
        {
            null => null,
            string name => [name],
            IEnumerable items => [.. items.Cast<object>().Select(item => item.ToString())],
            var other => [other.ToString()],
        };

    private static Func<string, bool> CreateFilter(string input)
    {
        NamePattern? pattern = null;
        try
        {
            pattern = NamePattern.HasWildcards(input) ? new NamePattern($"{input}*") : null;
        }
        catch (ApiTokenException)
        {
            // The pattern is not complete yet.
        }

        return text => text.StartsWith(input, StringComparison.OrdinalIgnoreCase) || pattern?.IsMatch(text) == true;
    }

    private static CompletionResult Result(Candidate candidate)
    {
        string label = ForeignText.InView(candidate.Label ?? candidate.Text);
        string tip = ForeignText.InView(candidate.Tip);
        return new CompletionResult(Quoted(candidate.Text), label, CompletionResultType.ParameterValue, tip.Length > 0 ? tip : label);
    }

    private static string Quoted(string text) => text.All(IsPlain) && !text.StartsWith("-", StringComparison.Ordinal)
        ? text
        : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";

    // A comma ends an argument. A * does not need quotes, because scopes may contain it.
    private static bool IsPlain(char c) => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' or ':' or '/' or '*' or '=' or '+';
}

/// <summary>A completion candidate.</summary>
/// <param name="Text">The text that is inserted.</param>
/// <param name="Label">The text that is shown instead; the user can also enter it.</param>
/// <param name="Tip">The tooltip.</param>
internal sealed record Candidate(string Text, string? Label = null, string? Tip = null);
