using ApiTokens.Sandbox.Http;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>Errors in WEGnology's format.</summary>
internal static class WegnologyErrors
{
    public static HttpErrorException Validation(string message) => Error(StatusCodes.Status400BadRequest, "Validation", message);

    public static HttpErrorException InvalidToken() => Error(StatusCodes.Status401Unauthorized, "InvalidToken", "Invalid access token");

    public static HttpErrorException LoginFailed() => Error(StatusCodes.Status401Unauthorized, "Unauthorized", "Invalid email or password");

    public static HttpErrorException Forbidden(string message) => Error(StatusCodes.Status403Forbidden, "Forbidden", message);

    public static HttpErrorException NotFound(string type) => Error(StatusCodes.Status404NotFound, "NotFound", $"{type} was not found");

    public static HttpErrorException MethodNotAllowed(string method) =>
        Error(StatusCodes.Status405MethodNotAllowed, "MethodNotAllowed", $"{method} is not allowed");

    public static HttpErrorException Body(BodyFault fault) => Validation(fault.Kind switch
    {
        BodyFaultKind.UnknownField => $"Body has an additional property: {fault.Field}",
        BodyFaultKind.WrongType => $"{fault.Field} {fault.Detail}",
        BodyFaultKind.NotJson => $"Body is not JSON: {fault.Detail}",
        _ => $"Body {fault.Detail}",
    });

    /// <summary>
    /// Creates the error for a status. Inferred: the known types are the reason phrases without spaces, except for these two.
    /// </summary>
    public static HttpErrorException Of(int status) => status switch
    {
        StatusCodes.Status400BadRequest => Validation(HttpErrorException.ReasonPhrase(status)),
        StatusCodes.Status401Unauthorized => InvalidToken(),
        _ => Error(status, HttpErrorException.ReasonPhrase(status)
            .Replace(" ", "", StringComparison.Ordinal), HttpErrorException.ReasonPhrase(status)),
    };

    private static HttpErrorException Error(int status, string type, string message) =>
        new(TypedResults.Json(new WegnologyError(type, message), WegnologyJson.Wire.WegnologyError, statusCode: status));
}
