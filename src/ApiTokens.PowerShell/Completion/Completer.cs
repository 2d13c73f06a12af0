using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ApiTokens.PowerShell.Connections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Completion;

/// <summary>
/// What all completers share: what was typed is a beginning or a pattern, in any case; what needs quotes gets them. They
/// know what the runspace knows and send no request.
/// </summary>
public abstract class Completer : IArgumentCompleter
{
    // More than anyone looks through.
    private const int Most = 500;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        Func<string, bool> fits = Test(wordToComplete.Trim('\'', '"'));
        return Candidates(fakeBoundParameters)
            .Where(candidate => candidate.Text.Length > 0 && (fits(candidate.Text) || (candidate.Label is { } label && fits(label))))
            .GroupBy(candidate => candidate.Text, StringComparer.Ordinal)
            .Select(same => same.First())
            .Take(Most)
            .Select(Result);
    }

    /// <summary>What there is to choose from.</summary>
    internal abstract IEnumerable<Candidate> Candidates(IDictionary bound);

    /// <summary>The connections that the command line names so far; the one in use where it names none.</summary>
    internal static IEnumerable<TokenConnection> ConnectionsOf(IDictionary bound)
    {
        ConnectionStore store = ConnectionStore.Current;
        return NamesOf(bound) is { } names ? names.SelectMany(store.Match) : store.Default is { } only ? [only] : [];
    }

    /// <summary>The names of connections, or patterns, on the command line so far; null for none.</summary>
    internal static string[]? NamesOf(IDictionary bound) => (bound["Connection"] is PSObject { BaseObject: var inner } ? inner : bound["Connection"]) switch
    {
        null => null,
        string name => [name],
        IEnumerable many => [.. many.Cast<object>().Select(each => each.ToString())],
        var one => [one.ToString()],
    };

    private static Func<string, bool> Test(string typed)
    {
        NamePattern? pattern = null;
        try
        {
            pattern = NamePattern.HasWildcards(typed) ? new NamePattern($"{typed}*") : null;
        }
        catch (ApiTokenException)
        {
            // A pattern that is not finished yet.
        }

        return text => text.StartsWith(typed, StringComparison.OrdinalIgnoreCase) || pattern?.IsMatch(text) == true;
    }

    private static CompletionResult Result(Candidate candidate)
    {
        string label = VisibleText.Of(candidate.Label ?? candidate.Text);
        string tip = VisibleText.Of(candidate.Tip);
        return new CompletionResult(Quoted(candidate.Text), label, CompletionResultType.ParameterValue, tip.Length > 0 ? tip : label);
    }

    private static string Quoted(string text) => text.All(IsPlain) && !text.StartsWith("-", StringComparison.Ordinal)
        ? text
        : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";

    // A comma ends an argument, and * may stand in a scope as it is.
    private static bool IsPlain(char c) => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' or ':' or '/' or '*' or '=' or '+';
}

/// <summary>One thing to choose.</summary>
/// <param name="Text">What goes to the command line.</param>
/// <param name="Label">What is shown in its place; it can be typed too.</param>
/// <param name="Tip">More about it.</param>
internal sealed record Candidate(string Text, string? Label = null, string? Tip = null);
