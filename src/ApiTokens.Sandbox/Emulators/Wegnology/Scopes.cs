using System.Collections.Frozen;
using System.Text.Json;
using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>The scopes that a token may have, and the scopes that an action requires.</summary>
internal static class Scopes
{
    private static readonly FrozenDictionary<string, FrozenSet<string>> Wegnology = ReadGrantable("wegnology_api_1.24.5");

    private static readonly FrozenDictionary<string, FrozenSet<string>> OfLosant = ReadGrantable("losant_api_1.30.0");

    private static readonly FrozenDictionary<string, FrozenSet<string>> Accepted = ReadAccepted();

    /// <summary>
    /// Determines whether an owner's token may have a scope. A user's token may have any scope; the token of an application or an
    /// instance only the scopes of its own level. Inferred: the published schema has one list for all.
    /// </summary>
    public static bool IsGrantable(Owner owner, string scope, bool losant) =>
        (losant ? OfLosant : Wegnology)[owner.Type].Contains(scope);

    /// <summary>Returns the default scope of a token.</summary>
    public static string Default(Owner owner) => owner.Type switch
    {
        Owner.Application => "all.Application",
        Owner.Instance => "all.Instance",
        _ => "all.User",
    };

    /// <summary>Determines whether any of the scopes allows an action such as <c>userApiTokens.get</c>.</summary>
    public static bool Allow(IEnumerable<string> scopes, string action, bool losant) => scopes.Any(scope =>
        Accepted[action].Contains(scope) || (losant && Losant.AlsoAccepted(action).Contains(scope, StringComparer.Ordinal)));

    /// <summary>Determines whether the scopes of a caller include everything that another scope allows.</summary>
    public static bool Cover(IReadOnlyList<string> scopes, string other, bool losant)
    {
        if (scopes.Contains("all.User", StringComparer.Ordinal) || scopes.Contains(other, StringComparer.Ordinal))
        {
            return true;
        }

        string[] actions = [.. Accepted.Keys.Where(action => Allow([other], action, losant))];
        if (actions.Length == 0)
        {
            // An action that no public request has.
            string resource = other[..(other.LastIndexOf('.') + 1)];
            return scopes.Any(scope => scope == $"{resource}*"
                || (scope == "all.Application" && IsGrantable(new Owner(Owner.Application, ""), other, losant))
                || (scope == "all.Instance" && IsGrantable(new Owner(Owner.Instance, ""), other, losant)));
        }

        // A preset and a wildcard also include actions that are added later, which single actions do not.
        return IsOpen(other)
            ? scopes.Any(scope => IsOpen(scope) && actions.All(action => Allow([scope], action, losant)))
            : actions.All(action => Allow(scopes, action, losant));
    }

    private static bool IsOpen(string scope) => scope.StartsWith("all.", StringComparison.Ordinal)
        || scope.StartsWith("only.", StringComparison.Ordinal)
        || scope.EndsWith(".*", StringComparison.Ordinal);

    private static FrozenDictionary<string, FrozenSet<string>> ReadGrantable(string api)
    {
        JsonElement lists = Resource.Json("wegnology-scopes.json").GetProperty(api);
        return new Dictionary<string, FrozenSet<string>>
        {
            [Owner.Application] = Set(lists.GetProperty("application")),
            [Owner.Instance] = Set(lists.GetProperty("instance")),
            [Owner.User] = lists.EnumerateObject().SelectMany(list => Set(list.Value)).ToFrozenSet(),
        }.ToFrozenDictionary();
    }

    private static FrozenDictionary<string, FrozenSet<string>> ReadAccepted() => Resource.Json("wegnology-actions.json")
        .EnumerateObject()
        .ToFrozenDictionary(action => action.Name, action => Set(action.Value.GetProperty("accepted_scopes")));

    private static FrozenSet<string> Set(JsonElement list) => list.EnumerateArray().Select(item => item.GetString()!).ToFrozenSet();
}
