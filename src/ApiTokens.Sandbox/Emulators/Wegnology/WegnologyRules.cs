using System.Text.RegularExpressions;
using ApiTokens.Sandbox.Http;
using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>WEGnology's rules for the values of a request.</summary>
internal static partial class WegnologyRules
{
    private const int MaxNameLength = 255;
    private const int MaxDescriptionLength = 32_767;

    public static void RequireId(string name, string id)
    {
        if (!IdForm().IsMatch(id))
        {
            throw WegnologyErrors.Validation($"{name} must match ^[A-Fa-f\\d]{{24}}$");
        }
    }

    public static void RequireGrantable(Owner owner, List<string> scope, bool losant)
    {
        if (scope.Count != scope.Distinct(StringComparer.Ordinal).Count())
        {
            throw WegnologyErrors.Validation("scope must have unique items");
        }

        if (scope.Find(value => !Scopes.IsGrantable(owner, value, losant)) is { } unknown)
        {
            throw WegnologyErrors.Validation($"scope has a value that is not allowed for this token: {unknown}");
        }
    }

    /// <summary>
    /// Throws if a scope allows more than the caller may do. Inferred: it is not documented whether a token may create a token with a
    /// wider scope, but otherwise every token that may create tokens would allow everything.
    /// </summary>
    public static void RequireCovered(WegnologyCaller caller, List<string> scope, bool losant)
    {
        if (scope.Find(value => !Scopes.Cover(caller.Scopes, value, losant)) is { } wider)
        {
            throw WegnologyErrors.Forbidden($"The scope of the token does not include {wider}");
        }
    }

    public static string? ReadName(RequestBody body) => body.Text("name") switch
    {
        { Length: 0 or > MaxNameLength } => throw WegnologyErrors.Validation($"name must have 1 to {MaxNameLength} characters"),
        var name => name,
    };

    public static string? ReadDescription(RequestBody body) => body.Text("description") switch
    {
        { Length: > MaxDescriptionLength } =>
            throw WegnologyErrors.Validation($"description must have at most {MaxDescriptionLength} characters"),
        var description => description,
    };

    public static string? ReadStatus(RequestBody body) => body.Text("status") switch
    {
        null => null,
        WegnologyToken.Active => WegnologyToken.Active,
        WegnologyToken.Inactive => WegnologyToken.Inactive,
        _ => throw WegnologyErrors.Validation("status must be active or inactive"),
    };

    public static DateTimeOffset? ReadExpiration(RequestBody body, DateTimeOffset now)
    {
        if (body.Text("expirationDate") is not { } text)
        {
            return null;
        }

        DateTimeOffset expires = Rfc3339.Parse(text) ?? throw WegnologyErrors.Validation("expirationDate must be a date-time");
        return expires > now ? expires.ToMilliseconds() : throw WegnologyErrors.Validation("expirationDate must be in the future");
    }

    [GeneratedRegex(@"\A[A-Fa-f0-9]{24}\z")]
    private static partial Regex IdForm();
}
