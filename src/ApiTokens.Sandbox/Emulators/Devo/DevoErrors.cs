using ApiTokens.Sandbox.Http;

namespace ApiTokens.Sandbox.Emulators.Devo;

/// <summary>Errors in Devo's format.</summary>
internal static class DevoErrors
{
    public static HttpErrorException Unauthorized() => Error(StatusCodes.Status401Unauthorized, "Unauthorized");

    public static HttpErrorException Forbidden() => Error(StatusCodes.Status403Forbidden, "Forbidden");

    public static HttpErrorException TokenNotFound() => Error(StatusCodes.Status404NotFound, "Token not found");

    public static HttpErrorException NotFound() => Error(StatusCodes.Status404NotFound, "Not found");

    public static HttpErrorException InvalidValue(string field) => Invalid($"Invalid required value: {field}");

    public static HttpErrorException InvalidAudience() => Invalid("Request has invalid audiences required");

    public static HttpErrorException InvalidScopes() => Invalid("Request has invalid scopes required");

    public static HttpErrorException Body(BodyFault fault) => Invalid(fault.Kind switch
    {
        BodyFaultKind.Missing => "Required request body is missing",
        BodyFaultKind.UnknownField => $"JSON parse error: Unrecognized field \"{fault.Field}\"",
        BodyFaultKind.WrongType => $"JSON parse error: \"{fault.Field}\" {fault.Detail}",
        _ => $"JSON parse error: {fault.Detail}",
    });

    public static HttpErrorException Of(int status) => Error(status, HttpErrorException.ReasonPhrase(status));

    private static HttpErrorException Invalid(string message) => Error(StatusCodes.Status400BadRequest, message);

    private static HttpErrorException Error(int status, string message) =>
        new(TypedResults.Json(new DevoErrorBody(new DevoError(status, message)), DevoJson.Wire.DevoErrorBody, statusCode: status));
}
