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
        .Where(list => list.Key == WegnologyList
            || !(baseUri.IsLoopback || baseUri.Host.EndsWith(".wnology.io", StringComparison.OrdinalIgnoreCase)))
        .SelectMany(list => list.Value.Values)
        .SelectMany(values => values));

    /// <summary>
    /// Converts the values that a user specified: presets are replaced by their values, other values must be in the catalogue.
    /// </summary>
    public string[]? Resolve(IEnumerable<string> given, WegnologyAccount account)
    {
        string[] wanted = Lists.Words(given);
        return wanted.Length == 0 ? null : [.. wanted.Select(value => Resolve(value, account)).Distinct()];
    }

    private string Resolve(string value, WegnologyAccount account)
    {
        string wire = Presets.TryGetValue(value, out string? suffix) ? $"all.{account.Kind}{suffix}" : value;
        return _values.TryGetValue(wire, out string? known)
            ? known
            : throw ApiTokenException.InvalidParameter(
                "Scope",
                $"'{ForeignText.Argument(value)}' is not a valid scope for a WEGnology {account.Kind.ToLowerInvariant()} token.",
                $"Specify All, ReadOnly, Cli (not for instances), or scopes. To see them: {SuggestedCommand.ListPermissions}");
    }

    private static Dictionary<string, Dictionary<string, string[]>> Load()
    {
        using Stream data = typeof(WegnologyScopes).Assembly.GetManifestResourceStream("wegnology-scopes.json");
        return JsonSerializer.Deserialize(data, WegnologyJson.Default.DictionaryStringDictionaryStringStringArray)!;
    }
}
