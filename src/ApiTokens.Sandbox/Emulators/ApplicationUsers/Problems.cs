using ApiTokens.Sandbox.Http;

namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>Errors as problem details (RFC 9457).</summary>
internal static class Problems
{
    private const string Urn = "urn:api-tokens:problem:";

    public static HttpErrorException Unauthorized(string detail) =>
        Problem(StatusCodes.Status401Unauthorized, Urn + "unauthorized", "Not authorized", detail);

    public static HttpErrorException ControlMissing() => Forbidden("Your user group lacks the control 'Application Users > API Tokens'.");

    public static HttpErrorException Forbidden(string detail) =>
        Problem(StatusCodes.Status403Forbidden, Urn + "forbidden", "Forbidden", detail);

    public static HttpErrorException NotFound(string detail, string? parameter = null) =>
        Problem(StatusCodes.Status404NotFound, Urn + "not-found", "Not found", detail, parameter);

    public static HttpErrorException Revoked() =>
        Problem(StatusCodes.Status409Conflict, Urn + "revoked", "Token is revoked", "A revoked token cannot be changed or regenerated.");

    public static HttpErrorException Invalid(string? parameter, string detail) =>
        Problem(StatusCodes.Status400BadRequest, Urn + "invalid-request", "Invalid request", detail, parameter);

    public static HttpErrorException Body(BodyFault fault) => fault.Kind switch
    {
        BodyFaultKind.UnknownField => Invalid(fault.Field, $"The field '{fault.Field}' is not allowed."),
        BodyFaultKind.WrongType => Invalid(fault.Field, $"The field '{fault.Field}' {fault.Detail}."),
        BodyFaultKind.NotJson => Invalid(null, $"The body is not JSON: {fault.Detail}."),
        _ => Invalid(null, $"The body {fault.Detail}."),
    };

    /// <summary>Creates an error that has no more information than its status.</summary>
    public static HttpErrorException Of(int status) =>
        Problem(status, "about:blank", HttpErrorException.ReasonPhrase(status), $"The request failed with status {status}.");

    private static HttpErrorException Problem(int status, string type, string title, string detail, string? parameter = null) =>
        new(TypedResults.Json(
            new ProblemBody(type, title, status, detail, parameter),
            ApplicationUsersJson.Wire.ProblemBody,
            "application/problem+json",
            status));
}
