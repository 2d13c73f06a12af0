using System.Net;

namespace ApiTokens;

/// <summary>
/// Any failure of an operation: a stable id, what kind it is, and what to do about it. Its text never holds a secret.
/// </summary>
public class ApiTokenException : Exception
{
    /// <summary>Describes a failure.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="message">What happened; without secrets.</param>
    /// <param name="advice">What the user can do.</param>
    /// <param name="errorId">A stable PascalCase id; the kind's name by default.</param>
    /// <param name="inner">The cause.</param>
    public ApiTokenException(ErrorKind kind, string message, Advice? advice = null, string? errorId = null, Exception? inner = null)
        : base(VisibleText.Printable(message), inner)
    {
        Kind = kind;
        Advice = advice;
        ErrorId = errorId ?? kind.ToString();
    }

    /// <summary>A stable id in PascalCase, such as <c>OperationNotSupported</c>.</summary>
    public string ErrorId { get; }

    /// <summary>What kind of failure it is.</summary>
    public ErrorKind Kind { get; }

    /// <summary>The field that is wrong, where the error is about one. The message starts with its name.</summary>
    public Field? Field { get; init; }

    /// <summary>What to do about it, for a front end to word.</summary>
    public Advice? Advice { get; }

    /// <summary>What to do about it.</summary>
    public string? RecommendedAction => Advice?.ToString();

    /// <summary>The service's status code, when there was an answer.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>The service's correlation id (Devo: <c>x-devo-cid</c>), to quote to its support.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Whether the request may have taken effect although it failed: its answer was lost or cannot be read.</summary>
    public bool OutcomeUnknown { get; init; }

    /// <summary>A value that cannot be used; no request was sent. The error's id is <c>Invalid</c> with the field's name.</summary>
    /// <param name="field">The field's name.</param>
    /// <param name="message">What is wrong with it, with the value.</param>
    /// <param name="advice">What to specify instead.</param>
    /// <returns>The exception.</returns>
    public static ApiTokenException InvalidParameter(string field, string message, Advice advice) =>
        OfField(field, ErrorKind.InvalidArgument, message, advice, $"Invalid{field}");

    /// <summary>A failure that one field is about.</summary>
    /// <param name="field">The field's name.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="message">What happened; without secrets.</param>
    /// <param name="advice">What the user can do.</param>
    /// <param name="errorId">A stable PascalCase id.</param>
    /// <param name="inner">The cause.</param>
    /// <returns>The exception.</returns>
    public static ApiTokenException OfField(string field, ErrorKind kind, string message, Advice? advice, string errorId, Exception? inner = null) =>
        new(kind, $"{field}: {message}", advice, errorId, inner) { Field = new Field(field) };

    /// <summary>An operation that the service does not have; nothing was sent.</summary>
    /// <param name="service">The service.</param>
    /// <param name="what">The operation, such as <c>disable a token</c>.</param>
    /// <param name="advice">What to do instead.</param>
    /// <returns>The exception.</returns>
    public static ApiTokenException NotSupported(string service, string what, Advice advice) =>
        new(ErrorKind.NotImplemented, $"{service} cannot {what}.", advice, ErrorIds.OperationNotSupported);

    /// <summary>An answer that makes no sense.</summary>
    /// <param name="message">What is wrong with it.</param>
    /// <param name="outcomeUnknown">Whether the request may have taken effect.</param>
    /// <param name="inner">The cause.</param>
    /// <returns>The exception.</returns>
    public static ApiTokenException InvalidResult(string message, bool outcomeUnknown = false, Exception? inner = null) =>
        new(ErrorKind.InvalidResult, message, $"Check {Field.BaseUri}: it may not be the service's address. If it is, the service changed or failed.", inner: inner)
        {
            OutcomeUnknown = outcomeUnknown,
        };
}
