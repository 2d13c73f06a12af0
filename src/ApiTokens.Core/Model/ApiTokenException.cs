using System.Net;

namespace ApiTokens;

/// <summary>
/// The failure of an operation, with a stable id, a kind and a recommended action. The message never contains a secret.
/// </summary>
public class ApiTokenException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="kind">The kind of the failure.</param>
    /// <param name="message">The message, without secrets.</param>
    /// <param name="advice">The recommended action.</param>
    /// <param name="errorId">A stable PascalCase id; the kind's name by default.</param>
    /// <param name="inner">The cause.</param>
    public ApiTokenException(ErrorKind kind, string message, Advice? advice = null, string? errorId = null, Exception? inner = null)
        : base(ForeignText.InMessage(message), ForeignText.Of(inner))
    {
        Kind = kind;
        Advice = advice;
        ErrorId = errorId ?? kind.ToString();
    }

    /// <summary>A stable id in PascalCase, such as <c>OperationNotSupported</c>.</summary>
    public string ErrorId { get; }

    /// <summary>The kind of the failure.</summary>
    public ErrorKind Kind { get; }

    /// <summary>The field that the error is about, if any. The message starts with its name.</summary>
    public Field? Field { get; init; }

    /// <summary>The recommended action, for a front end to format.</summary>
    public Advice? Advice { get; }

    /// <summary>The recommended action as text.</summary>
    public string? RecommendedAction => Advice?.ToString();

    /// <summary>The HTTP status code of the response, if there was one.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>The service's correlation id for support requests (Devo: <c>x-devo-cid</c>).</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The time until which the service asks to wait (UTC), if that is longer than a run waits.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Whether the response is an error of the service, in its own format, and not of a proxy in between.</summary>
    internal bool IsFromService { get; init; }

    /// <summary>Whether the response is a page or a text, which a proxy in between may have sent.</summary>
    internal bool IsWebPage { get; init; }

    /// <summary>Whether the request may have succeeded, because its response was lost or cannot be read.</summary>
    public bool OutcomeUnknown { get; init; }

    /// <summary>Creates the error for an invalid value; no request was sent. The error id is <c>Invalid</c> and the field's name.</summary>
    /// <param name="field">The name of the field.</param>
    /// <param name="message">The reason, with the value.</param>
    /// <param name="advice">The recommended action.</param>
    /// <returns>The exception.</returns>
    public static ApiTokenException InvalidParameter(string field, string message, Advice advice) =>
        OfField(field, ErrorKind.InvalidArgument, message, advice, $"Invalid{field}");

    /// <summary>Creates an error about one field.</summary>
    /// <param name="field">The name of the field.</param>
    /// <param name="kind">The kind of the failure.</param>
    /// <param name="message">The message, without secrets.</param>
    /// <param name="advice">The recommended action.</param>
    /// <param name="errorId">A stable PascalCase id.</param>
    /// <param name="inner">The cause.</param>
    /// <returns>The exception.</returns>
    public static ApiTokenException OfField(
        string field, ErrorKind kind, string message, Advice? advice, string errorId, Exception? inner = null) =>
        new(kind, $"{field}: {message}", advice, errorId, inner) { Field = new Field(field) };

    /// <summary>Creates the error for a field without a value.</summary>
    /// <param name="field">The name of the field.</param>
    /// <param name="service">The service that requires it.</param>
    /// <param name="advice">The recommended action.</param>
    /// <returns>The exception.</returns>
    internal static ApiTokenException Required(string field, string service, Advice advice) =>
        new(ErrorKind.InvalidArgument, $"{field} is required for {service}.", advice, $"Invalid{field}") { Field = new Field(field) };

    /// <summary>Creates the error for an operation that the service does not support; no request was sent.</summary>
    /// <param name="service">The service.</param>
    /// <param name="operation">The operation, such as <c>disable a token</c>.</param>
    /// <param name="advice">The recommended action.</param>
    /// <returns>The exception.</returns>
    public static ApiTokenException NotSupported(string service, string operation, Advice advice) =>
        new(ErrorKind.NotImplemented, $"{service} cannot {operation}.", advice, ErrorIds.OperationNotSupported);

    /// <summary>Creates the error for an invalid response.</summary>
    /// <param name="message">The reason.</param>
    /// <param name="outcomeUnknown">Whether the request may have succeeded.</param>
    /// <param name="inner">The cause.</param>
    /// <returns>The exception.</returns>
    public static ApiTokenException InvalidResult(string message, bool outcomeUnknown = false, Exception? inner = null) =>
        new(
            ErrorKind.InvalidResult,
            message,
            $"Check whether {Field.BaseUri} is the address of the service. If it is, the service has changed or failed.",
            inner: inner)
        {
            OutcomeUnknown = outcomeUnknown,
        };
}
