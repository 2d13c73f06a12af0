using ApiTokens.Sandbox.Http;

namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>Reads the fields of the bodies that create, edit and regenerate tokens.</summary>
internal static class TokenRequest
{
    private const int DefaultMonths = 6;
    private const int MaxNameLength = 255;

    public static string? ReadName(RequestBody body)
    {
        if (body.HasNull("name"))
        {
            return null;
        }

        return body.Text("name") switch
        {
            { Length: 0 or > MaxNameLength } =>
                throw Problems.Invalid("name", $"The name must have 1 to {MaxNameLength} characters, or be null."),
            var name => name,
        };
    }

    public static int ReadMonths(RequestBody body) => body.Integer("expirationMonths") switch
    {
        null => DefaultMonths,
        int months and (3 or 6 or 12) => months,
        _ => throw Problems.Invalid("expirationMonths", "expirationMonths must be 3, 6 or 12."),
    };

    /// <summary>Applies the body to an access: first the level for all APIs, then the levels of single APIs.</summary>
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
                    : throw Problems.Invalid("access", $"The API '{code}' does not exist.");
            }
        }

        return access;
    }

    private static AccessLevel Level(string parameter, string level) =>
        AccessLevels.Parse(level)
            ?? throw Problems.Invalid(parameter, $"'{level}' is not a valid access level. Valid levels are none, read and full.");
}
