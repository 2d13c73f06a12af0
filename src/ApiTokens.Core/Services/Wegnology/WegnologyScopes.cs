using System.Text.Json;

namespace ApiTokens.Services.Wegnology;

/// <summary>The scope values and the presets of the web form (contracts/wegnology.md, 1.6).</summary>
internal sealed class WegnologyScopes
{
    /// <summary>The presets and the suffixes of their values.</summary>
    public static readonly IReadOnlyDictionary<string, string> Presets = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["All"] = string.Empty,
        ["ReadOnly"] = ".read",
        ["Cli"] = ".cli",
    };

    private const string WegnologyList = "wegnology_api_1.24.5";

    private static readonly Lazy<Dictionary<string, Dictionary<string, string[]>>> Catalogue = new(Load);
    private static readonly Lazy<Dictionary<string, string>> Calls = new(LoadCalls);

    private readonly Dictionary<string, string> _values;

    private WegnologyScopes(IEnumerable<string> values)
    {
        _values = values.Distinct(StringComparer.OrdinalIgnoreCase).ToDictionary(value => value, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>All values, in the catalogue's order.</summary>
    public IEnumerable<string> Values => _values.Values;

    /// <summary>
    /// Returns WEGnology's values for its own address; for other addresses also Losant's, because Losant has dedicated hosts.
    /// </summary>
    public static WegnologyScopes For(Uri baseUri) => new(Catalogue.Value
        .Where(list => list.Key == WegnologyList || LosantRoles.IsLosant(baseUri))
        .SelectMany(list => list.Value.Values)
        .SelectMany(values => values));

    /// <summary>Returns the call that a value allows, such as <c>GET /devices</c>; null for a value that stands for several.</summary>
    public static string? CallOf(string value) => Calls.Value.TryGetValue(value, out string? call) ? call : null;

    /// <summary>
    /// Converts the values that a user specified. A preset is replaced by its value. A value of the catalogue is kept, also one with a
    /// wildcard, which includes actions that are added later. Any other wildcard is replaced by the actions that exist now, as a
    /// checkbox of the web form does (1.6).
    /// </summary>
    public string[] Resolve(IEnumerable<string> given, WegnologyAccount account)
    {
        string[] wanted = Lists.Words(given);
        return wanted.Length > 0
            ? [.. wanted.SelectMany(value => Resolve(value, account)).Distinct()]
            : throw ApiTokenException.InvalidParameter(
                "Scope",
                "it is required, because a WEGnology token without a scope has all permissions.",
                ScopeAdvice);
    }

    private static Advice ScopeAdvice =>
        $"Specify All, ReadOnly, Cli (not for instances), or scopes. To see them: {SuggestedCommand.ListPermissions}";

    private string[] Resolve(string value, WegnologyAccount account)
    {
        string wire = Presets.TryGetValue(value, out string? suffix) ? $"all.{account.Kind}{suffix}" : value;
        if (_values.TryGetValue(wire, out string? known))
        {
            return [known];
        }

        string[] actions = value.IndexOfAny(['*', '?', '[']) < 0 ? [] : Matches(new NamePattern(value));
        return actions.Length > 0
            ? actions
            : throw ApiTokenException.InvalidParameter(
                "Scope",
                $"'{ForeignText.Argument(value)}' is not a valid scope for a WEGnology {account.Kind.ToLowerInvariant()} token.",
                ScopeAdvice);
    }

    // Single actions only: neither the service's own wildcards nor presets.
    private string[] Matches(NamePattern pattern) =>
        [.. Values.Where(value => value.IndexOf('*') < 0 && !IsPreset(value) && pattern.IsMatch(value))];

    private static bool IsPreset(string value) =>
        value.StartsWith("all.", StringComparison.Ordinal) || value.StartsWith("only.", StringComparison.Ordinal);

    private static Dictionary<string, string> LoadCalls()
    {
        using Stream data = typeof(WegnologyScopes).Assembly.GetManifestResourceStream("wegnology-actions.json");
        using var actions = JsonDocument.Parse(data);
        return actions.RootElement.EnumerateObject().ToDictionary(
            action => action.Name, action => $"{action.Value.GetProperty("method")} {action.Value.GetProperty("path")}");
    }

    private static Dictionary<string, Dictionary<string, string[]>> Load()
    {
        using Stream data = typeof(WegnologyScopes).Assembly.GetManifestResourceStream("wegnology-scopes.json");
        return JsonSerializer.Deserialize(data, WegnologyJson.Default.DictionaryStringDictionaryStringStringArray)!;
    }
}
