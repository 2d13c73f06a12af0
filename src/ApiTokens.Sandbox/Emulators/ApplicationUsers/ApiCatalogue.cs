using System.Text.Json;
using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>The APIs that a token can have access to.</summary>
internal static class ApiCatalogue
{
    public static readonly IReadOnlyList<ApiBody> Apis =
        [.. Resource.Json("application-users-apis.json").EnumerateArray()
            .Select(api => new ApiBody(Text(api, "code"), Text(api, "name")))];

    private static readonly HashSet<string> Codes = [.. Apis.Select(api => api.Code)];

    public static bool Has(string code) => Codes.Contains(code);

    /// <summary>Returns an entry for every API. APIs that are missing have no access.</summary>
    public static Dictionary<string, AccessLevel> Complete(IReadOnlyDictionary<string, AccessLevel> access) =>
        Apis.ToDictionary(api => api.Code, api => access.GetValueOrDefault(api.Code));

    /// <summary>Returns the same level for every API.</summary>
    public static Dictionary<string, AccessLevel> All(AccessLevel level) => Apis.ToDictionary(api => api.Code, _ => level);

    private static string Text(JsonElement api, string property) => api.GetProperty(property).GetString()!;
}
