using ApiTokens.Sandbox.Http;

namespace ApiTokens.Sandbox.Devo;

/// <summary>Refusals in Devo's words.</summary>
internal static class DevoErrors
{
    public static Refusal Unauthorized() => Error(StatusCodes.Status401Unauthorized, "Unauthorized");

    public static Refusal Forbidden() => Error(StatusCodes.Status403Forbidden, "Forbidden");

    public static Refusal TokenNotFound() => Error(StatusCodes.Status404NotFound, "Token not found");

    public static Refusal NotFound() => Error(StatusCodes.Status404NotFound, "Not found");

    public static Refusal InvalidValue(string field) => Invalid($"Invalid required value: {field}");

    public static Refusal InvalidAudience() => Invalid("Request has invalid audiences required");

    public static Refusal InvalidScopes() => Invalid("Request has invalid scopes required");

    public static Refusal Body(BodyFault fault) => Invalid(fault.Kind switch
    {
        BodyFaultKind.Missing => "Required request body is missing",
        BodyFaultKind.UnknownField => $"JSON parse error: Unrecognized field \"{fault.Field}\"",
        BodyFaultKind.WrongType => $"JSON parse error: \"{fault.Field}\" {fault.Detail}",
        _ => $"JSON parse error: {fault.Detail}",
    });

    public static Refusal Of(int status) => Error(status, Refusal.Words(status));

    private static Refusal Invalid(string message) => Error(StatusCodes.Status400BadRequest, message);

    private static Refusal Error(int status, string message) =>
        new(TypedResults.Json(new DevoErrorBody(new DevoError(status, message)), DevoJson.Wire.DevoErrorBody, statusCode: status));
}
