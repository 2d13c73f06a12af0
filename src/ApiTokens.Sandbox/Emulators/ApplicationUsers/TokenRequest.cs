using ApiTokens.Sandbox.Http;

namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>Reads the fields of the bodies that create, edit and regenerate tokens.</summary>
internal static class TokenRequest
{
    private const int DefaultMonths = 6;
    private const int LongestName = 255;

    public static string? ReadName(RequestBody body)
    {
        if (body.HasNull("name"))
        {
            return null;
        }

        return body.Text("name") switch
        {
            { Length: 0 or > LongestName } => throw Problems.Invalid("name", $"The name must have 1 to {LongestName} characters, or be null."),
            var name => name,
        };
    }

    public static int ReadMonths(RequestBody body) => body.Integer("expirationMonths") switch
    {
        null => DefaultMonths,
        int months and (3 or 6 or 12) => months,
        _ => throw Problems.Invalid("expirationMonths", "expirationMonths must be 3, 6 or 12."),
    };

    /// <summary>What the body makes of an access: first the level for all APIs, then the levels of single ones.</summary>
    public static IReadOnlyDictionary<string, AccessLevel> ReadAccess(RequestBody body, IReadOnlyDictionary<string, AccessLevel> current)
    {
        Dictionary<string, AccessLevel> access = body.Text("applyToAll") is { } all
            ? ApiCatalogue.All(Level("applyToAll", all))
            : new Dictionary<string, AccessLevel>(current);
        if (body.Object("access") is { } entries)
        {
            foreach (string code in entries.Fields)
            {
                access[code] = ApiCatalogue.Has(code)
                    ? Level("access", entries.Text(code)!)
                    : throw Problems.Invalid("access", $"There is no API with the code '{code}'.");
            }
        }

        return access;
    }

    private static AccessLevel Level(string parameter, string level) =>
        AccessLevels.Parse(level) ?? throw Problems.Invalid(parameter, $"'{level}' is not an access level: none, read or full.");
}
