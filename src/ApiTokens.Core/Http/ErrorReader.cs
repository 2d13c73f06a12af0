using System.Net;
using System.Text.Json;

namespace ApiTokens.Http;

/// <summary>Turns a failed request into one exception: a stable id, the service's own words without secrets, and what to do.</summary>
internal sealed class ErrorReader(ServiceEndpoint endpoint, Redactor redactor)
{
    private const string MayHaveSucceeded = " It may have taken effect all the same.";

    private const int LongestText = 500;

    // Masking takes a time that grows with the text; what is cut off here is not shown anyway.
    private const int LongestRead = 8 * LongestText;

    public ApiTokenException Explain(ServiceRequest request, ServiceResponse response)
    {
        int status = (int)response.Status;
        if (status is >= 300 and <= 399)
        {
            return new ApiTokenException(
                ErrorKind.InvalidResult,
                $"{endpoint.Service} answered with a redirect ({status}), which is not followed: {request.Purpose}.",
                $"Check {Field.BaseUri}. If you trust the address that the redirect leads to, specify that one.",
                ErrorIds.UnexpectedRedirect)
            { StatusCode = response.Status };
        }

        (ErrorKind kind, Advice advice) = KindOf(response.Status);
        string words = Words(request, response);
        string wait = RetryPolicy.RequestedWait(response, endpoint.Time) is { } asked && asked > TimeSpan.Zero
            ? $" It asks to wait {asked.TotalSeconds:0} seconds."
            : string.Empty;
        bool unknown = request.IsWrite && response.EarlierOutcomeUnknown;
        return new ApiTokenException(
            kind,
            $"{endpoint.Service} refused to {request.Purpose} ({status}{(words.Length > 0 ? ": " + words : string.Empty)}).{wait}{(unknown ? MayHaveSucceeded : string.Empty)}",
            advice)
        {
            StatusCode = response.Status,
            CorrelationId = response.CorrelationId,
            OutcomeUnknown = unknown,
        };
    }

    public ApiTokenException NoAnswer(ServiceRequest request, TransportException error, bool mayBeDone)
    {
        bool unknown = request.IsWrite && mayBeDone;
        string effect = unknown ? MayHaveSucceeded : string.Empty;
        return error.TimedOut
            ? new ApiTokenException(
                ErrorKind.OperationTimeout,
                $"{endpoint.Service} at {endpoint.BaseUri.Host} did not {request.Purpose} in time: {redactor.Redact(error.Message, request.Credential?.Secret)}{effect}",
                $"Try again later, or connect with a longer {Field.Timeout}.",
                inner: error)
            { OutcomeUnknown = unknown }
            : new ApiTokenException(
                ErrorKind.ConnectionError,
                $"No answer from {endpoint.Service} at {endpoint.BaseUri.Host} to: {request.Purpose}. {redactor.Redact(error.Message, request.Credential?.Secret)}{effect}",
                "Check the address, the network and the service's status page, then try again.",
                inner: error)
            { OutcomeUnknown = unknown };
    }

    // The parser's own message may quote the body, so only the place is told.
    public ApiTokenException NotJson(ServiceRequest request, JsonException error) => ApiTokenException.InvalidResult(
        $"{endpoint.Service} did not answer with the JSON expected to: {request.Purpose} (line {error.LineNumber + 1}, byte {error.BytePositionInLine}).{Effect(request)}",
        request.IsWrite);

    public ApiTokenException Page(ServiceRequest request) => ApiTokenException.InvalidResult(
        $"A web page came, and not {endpoint.Service}'s answer, to: {request.Purpose}.{Effect(request)}",
        request.IsWrite);

    public ApiTokenException TooLarge(ServiceRequest request, ResponseTooLargeException error) => ApiTokenException.InvalidResult(
        $"{endpoint.Service}: {error.Message} Asked for: {request.Purpose}.{Effect(request)}",
        request.IsWrite);

    private static string Effect(ServiceRequest request) => request.IsWrite ? MayHaveSucceeded : string.Empty;

    private static (ErrorKind Kind, Advice Advice) KindOf(HttpStatusCode status) => (int)status switch
    {
        401 => (ErrorKind.AuthenticationError, $"The credential is wrong, disabled, expired or revoked. Connect with another one: {SuggestedCommand.Connect}"),
        403 => (ErrorKind.PermissionDenied, "The credential may not do this. Check its permissions, the account and the region or address of the connection."),
        404 => (ErrorKind.ObjectNotFound, $"It may have been removed already. To see which tokens exist: {SuggestedCommand.List}"),
        408 => (ErrorKind.OperationTimeout, "Try again later."),
        409 => (ErrorKind.ResourceExists, $"Its state does not allow this. To see its state: {SuggestedCommand.List}"),
        429 => (ErrorKind.LimitsExceeded, "The service limits requests: wait, then go on with fewer at once."),
        >= 400 and <= 499 => (ErrorKind.InvalidData, "Correct what the service names, then try again."),
        _ => (ErrorKind.ConnectionError, "The service failed. Try again later; quote the correlation id, if there is one, to its support."),
    };

    private string Words(ServiceRequest request, ServiceResponse response)
    {
        string? words = null;
        try
        {
            using var body = JsonDocument.Parse(response.Body.Bytes);
            words = endpoint.ReadError(body.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // An error page, or none at all: the status says enough.
        }

        if (string.IsNullOrWhiteSpace(words))
        {
            return string.Empty;
        }

        string clean = redactor.Redact(new string([.. words!.Where(c => !char.IsControl(c))]).Trim().TrimEnd('.'), request.Credential?.Secret);
        return clean.Length <= LongestText ? clean : clean.Substring(0, LongestText) + "…";
    }
}
