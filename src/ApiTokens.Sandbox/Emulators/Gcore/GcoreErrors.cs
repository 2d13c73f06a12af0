using System.Text.Json.Nodes;
using ApiTokens.Sandbox.Http;

namespace ApiTokens.Sandbox.Emulators.Gcore;

/// <summary>Errors in Gcore's format.</summary>
internal static class GcoreErrors
{
    private const string Required = "This field is required";

    public static HttpErrorException NotAuthenticated() =>
        Message(StatusCodes.Status401Unauthorized, "Authentication credentials were not provided.");

    public static HttpErrorException NotLoggedIn() =>
        Message(StatusCodes.Status401Unauthorized, "Given token not valid for any token type");

    /// <summary>Like the service, the message quotes the start of the token, which clients must not log.</summary>
    public static HttpErrorException BadToken(string secret)
    {
        int separator = secret.AsSpan().IndexOfAny('$', '_');
        return Message(StatusCodes.Status401Unauthorized, separator > 0
            ? $"Bad permanent token: {secret[..separator]}"
            : $"Bad token: {secret[..Math.Min(secret.Length, 8)]}");
    }

    public static HttpErrorException TokenEnded() => Message(StatusCodes.Status401Unauthorized, "Token is invalid or expired");

    public static HttpErrorException LoginFailed() =>
        Fields(new JsonObject { ["errors"] = new JsonArray("No active account found with the given credentials.") });

    public static HttpErrorException Forbidden() =>
        Message(StatusCodes.Status403Forbidden, "You do not have permission to perform this action.");

    public static HttpErrorException AccountNotFound() => Message(StatusCodes.Status404NotFound, "Account not found.");

    public static HttpErrorException TokenNotFound() => Message(StatusCodes.Status404NotFound, "API token not found.");

    public static HttpErrorException NotFound() => Message(StatusCodes.Status404NotFound, "Not found.");

    public static HttpErrorException UnknownRole(string role) => Role($"Invalid role: {role}");

    public static HttpErrorException RoleTooHigh(GcoreRole role) => Role($"Can't create token with role {role.Name}");

    public static HttpErrorException Missing(IEnumerable<string> fields) =>
        Fields(new JsonObject(fields.Select(field => KeyValuePair.Create(field, (JsonNode?)new JsonArray(Required)))));

    public static HttpErrorException Invalid(string field, string message) => Fields(new JsonObject { [field] = new JsonArray(message) });

    /// <summary>Inferred: the limit is documented, but its error is not.</summary>
    public static HttpErrorException LimitReached(int limit) =>
        Invalid("name", $"The account has reached its limit of {limit} API tokens");

    public static HttpErrorException Body(BodyFault fault) => fault.Kind switch
    {
        BodyFaultKind.WrongType or BodyFaultKind.UnknownField => Invalid(fault.Field, $"This field {fault.Detail}"),
        BodyFaultKind.NotJson => Message(StatusCodes.Status400BadRequest, $"JSON parse error - {fault.Detail}"),
        _ => Message(StatusCodes.Status400BadRequest, $"JSON parse error - the body {fault.Detail}"),
    };

    public static HttpErrorException Of(int status) => Message(status, HttpErrorException.ReasonPhrase(status));

    private static HttpErrorException Role(string message) =>
        Fields(new JsonObject { ["client_user"] = new JsonObject { ["role"] = new JsonArray(message) } });

    private static HttpErrorException Fields(JsonObject errors) =>
        Create(StatusCodes.Status400BadRequest, new JsonObject { ["errors"] = errors });

    private static HttpErrorException Message(int status, string message) => Create(status, new JsonObject { ["message"] = message });

    private static HttpErrorException Create(int status, JsonObject body) =>
        new(TypedResults.Json(body, GcoreJson.Wire.JsonObject, statusCode: status));
}
