using System.Globalization;
using System.Net;
using System.Text.Json;

namespace ApiTokens.Http;

/// <summary>Creates the exception for a failed request, with the service's message without secrets and a recommended action.</summary>
internal sealed class ErrorReader(ServiceEndpoint endpoint, ServiceCredential credential)
{
    private const string MayHaveSucceeded = " The operation may have succeeded.";

    private const int ProxyAuthenticationRequired = (int)HttpStatusCode.ProxyAuthenticationRequired;

    private const string WaitAdvice =
        "Run the operation again after this time. With the same journal, a run continues with the operations that are not done.";

    private const int MaxMessageLength = 500;

    // Redaction takes time for each character. It may shorten the text, so it reads more than is shown.
    private const int MaxReadLength = 4096;
    private const int MaxSecretLength = 1024;

    private static Advice CertificateAdvice =>
        $"Check {Field.BaseUri}. If your organization, or a proxy that inspects TLS, issued the certificate, add its root certificate to "
            + $"the trusted root certificates of this machine. On Linux, SSL_CERT_FILE can name a PEM file with trusted certificates.";

    private static Advice ProxyCredentialAdvice =>
        $"Connect again, and specify the user name and password for the proxy with {Field.ProxyCredential}.";

    public ApiTokenException CreateException(ServiceRequest request, ServiceResponse response)
    {
        int status = (int)response.Status;
        bool unknown = request.IsWrite && response.EarlierOutcomeUnknown;
        string outcome = unknown ? MayHaveSucceeded : string.Empty;
        if (response.IsRedirect)
        {
            return new ApiTokenException(
                ErrorKind.InvalidResult,
                $"{endpoint.Service} returned a redirect ({status}) to the request to {request.Purpose}. Redirects are not followed."
                    + outcome,
                $"Check {Field.BaseUri}. If you trust the target of the redirect, specify its address.",
                ErrorIds.UnexpectedRedirect)
            {
                StatusCode = response.Status,
                CorrelationId = response.CorrelationId,
                OutcomeUnknown = unknown,
            };
        }

        (ErrorKind kind, Advice advice) = KindOf(request, response.Status);

        // Reading the message returns the buffer of the body.
        bool isWebPage = response.IsWebPage;
        (string? message, bool isError, bool isTokenLimit) = ReadMessage(request, response);
        if (isTokenLimit)
        {
            (kind, advice) = (ErrorKind.LimitsExceeded, "Remove a token that is no longer needed, then try again.");
        }

        TimeSpan? wait = RetryPolicy.RequestedWait(response, endpoint.Time);
        DateTimeOffset? retryAt = RetryPolicy.LongWait(response, endpoint.Time) is { } longWait ? TimeAfter(longWait) : null;
        string retry = (wait, retryAt) switch
        {
            ({ } requested, { } at) => string.Format(
                CultureInfo.InvariantCulture, " Retry after {0:0} seconds, at {1:u}.", requested.TotalSeconds, at),
            ({ } requested, null) when requested > TimeSpan.Zero => string.Format(
                CultureInfo.InvariantCulture, " Retry after {0:0} seconds.", requested.TotalSeconds),
            _ => string.Empty,
        };
        string text = $"{endpoint.Service} {(status >= 500 ? "failed to" : "rejected the request to")} {request.Purpose} "
            + $"({status}{(message is null ? string.Empty : ": " + message)}).";
        if (status == 404 && request.ChecksConnection)
        {
            (text, advice) = AccountNotFound(isError && response.IsJson ? message : null);
        }
        else if (status == 404 && request.TokenId is { } id && response.IsJson)
        {
            text = $"{endpoint.Service} has no token {id} (404).";
        }

        return CallTrace.Record(new ApiTokenException(
            kind,
            $"{text}{retry}{outcome}",
            retryAt is null ? advice : WaitAdvice,
            retryAt is not null ? ErrorIds.RetryAfterTooLong
                : status == ProxyAuthenticationRequired ? ErrorIds.ProxyAuthenticationRequired
                : isTokenLimit ? ErrorIds.TokenLimitReached
                : null)
        {
            RetryAt = retryAt,
            StatusCode = response.Status,
            IsFromService = isError && response.IsJson,
            IsWebPage = isWebPage,
            CorrelationId = response.CorrelationId,
            OutcomeUnknown = unknown,
        });
    }

    /// <summary>Creates the error for a request that is not sent, because the service asked another request to wait too long.</summary>
    public ApiTokenException LongWait(ServiceRequest request, TimeSpan wait)
    {
        DateTimeOffset retryAt = TimeAfter(wait);
        return CallTrace.Record(new ApiTokenException(
            ErrorKind.LimitsExceeded,
            FormattableString.Invariant(
                $"The request to {request.Purpose} was not sent, because {endpoint.Service} asks to wait until {retryAt:u}."),
            WaitAdvice,
            ErrorIds.RetryAfterTooLong)
        { RetryAt = retryAt });
    }

    public ApiTokenException NoResponse(ServiceRequest request, TransportException error, bool outcomeUnknown)
    {
        bool unknown = request.IsWrite && outcomeUnknown;
        string outcome = unknown ? MayHaveSucceeded : string.Empty;
        string reason = Redact(request, error.Message);
        Exception? cause = ForeignText.Of(error, text => Redact(request, text));
        string service = $"{endpoint.Service} ({endpoint.BaseUri.Authority})";
        if (error.ProxyStatus == ProxyAuthenticationRequired)
        {
            return CallTrace.Record(new ApiTokenException(
                ErrorKind.ConnectionError,
                $"The proxy{ProxyName} requires a valid credential to connect to {service}, to {request.Purpose} (407).{outcome}",
                ProxyCredentialAdvice,
                ErrorIds.ProxyAuthenticationRequired,
                cause)
            { OutcomeUnknown = unknown });
        }

        service += endpoint.Http.Proxy?.Address is null || endpoint.BaseUri.IsLoopback ? string.Empty : $" through the proxy{ProxyName}";
        if (error.IsCertificateUntrusted)
        {
            return new ApiTokenException(
                ErrorKind.ConnectionError,
                $"Could not connect to {service} to {request.Purpose}, because its certificate is not trusted: "
                    + $"{reason.TrimEnd('.')}.{outcome}",
                CertificateAdvice,
                inner: cause)
            { OutcomeUnknown = unknown };
        }

        return error.TimedOut
            ? new ApiTokenException(
                ErrorKind.OperationTimeout,
                $"The request to {request.Purpose} timed out at {service}. {reason}{outcome}",
                $"Try again later, or connect with a longer {Field.Timeout}.",
                inner: cause)
            { OutcomeUnknown = unknown }
            : new ApiTokenException(
                ErrorKind.ConnectionError,
                error.NeverSent
                    ? $"Could not reach {service} to {request.Purpose}: {reason.TrimEnd('.')}.{outcome}"
                    : $"No response from {service} to the request to {request.Purpose}. {reason}{outcome}",
                "Check the address, the network and the service's status page, then try again.",
                inner: cause)
            { OutcomeUnknown = unknown };
    }

    /// <summary>Creates the error for a login that failed after an attempt whose response was lost.</summary>
    public static ApiTokenException FailedAfterLostResponse(ApiTokenException error) =>
        new(error.Kind, error.Message + MayHaveSucceeded, error.Advice, error.ErrorId, error)
        {
            StatusCode = error.StatusCode,
            CorrelationId = error.CorrelationId,
            OutcomeUnknown = true,
        };

    // The parser's message may quote the body, so the error contains only the position.
    public ApiTokenException NotJson(ServiceRequest request, JsonException error) => ApiTokenException.InvalidResult(
        $"{endpoint.Service} returned invalid JSON to the request to {request.Purpose} "
            + $"(line {error.LineNumber + 1}, byte {error.BytePositionInLine}).{Outcome(request)}",
        request.IsWrite);

    public ApiTokenException WebPage(ServiceRequest request) => ApiTokenException.InvalidResult(
        $"A web page was returned instead of {endpoint.Service}'s response to the request to {request.Purpose}.{Outcome(request)}",
        request.IsWrite);

    public ApiTokenException TooLarge(ServiceRequest request, ResponseTooLargeException error) => ApiTokenException.InvalidResult(
        $"{endpoint.Service} returned too much data to the request to {request.Purpose}. {error.Message}{Outcome(request)}",
        request.IsWrite);

    private string ProxyName => endpoint.Http.Proxy?.Address is null ? string.Empty : $" {endpoint.Http.Proxy}";

    private string Redact(ServiceRequest request, string text) =>
        ForeignText.Redact(
        endpoint.Http.Proxy?.Redact(text) ?? text, [.. credential.KnownSecrets, request.Credential?.Secret]);

    private static string Outcome(ServiceRequest request) => request.IsWrite ? MayHaveSucceeded : string.Empty;

    private (ErrorKind Kind, Advice Advice) KindOf(ServiceRequest request, HttpStatusCode status) => (int)status switch
    {
        401 => (ErrorKind.AuthenticationError,
            $"The credential is invalid, disabled, expired or revoked. Connect with a valid credential: {SuggestedCommand.Connect}"),
        403 => (ErrorKind.PermissionDenied,
            $"{endpoint.PermissionRule} Otherwise, check the account, and the region or address of the connection."),
        404 when request.TokenId is null => (ErrorKind.ObjectNotFound, "Check the values that the message mentions, then try again."),
        404 => (ErrorKind.ObjectNotFound, $"The token may already have been removed. To see the existing tokens: {SuggestedCommand.List}"),
        ProxyAuthenticationRequired => (ErrorKind.ConnectionError, ProxyCredentialAdvice),
        408 => (ErrorKind.OperationTimeout, "Try again later."),
        409 => (ErrorKind.ResourceExists, $"The state of the token does not allow this. To see its state: {SuggestedCommand.List}"),
        429 => (ErrorKind.LimitsExceeded, "The service limits the request rate. Wait, then continue with fewer concurrent requests."),
        >= 400 and <= 499 => (ErrorKind.InvalidData, "Correct the values that the message mentions, then try again."),
        _ => (ErrorKind.ConnectionError, "The service failed. Try again later. If you contact its support, quote the correlation id."),
    };

    // A connection is checked with a path that exists for every account, so a 404 that is no error of the service is another site.
    private (string Text, Advice Advice) AccountNotFound(string? message)
    {
        if (message is null)
        {
            return ($"{endpoint.BaseUri.Authority} does not look like the API of {endpoint.Service} (404).", $"Check {Field.BaseUri}.");
        }

        return (
            $"{endpoint.Service} at {endpoint.BaseUri.Authority} did not find the account (404: {message}).",
            $"Check {Field.Account} and {Field.BaseUri}.");
    }

    // Rounded up to the second that the message shows. A date may be the last one that the calendar has.
    private DateTimeOffset TimeAfter(TimeSpan wait)
    {
        DateTimeOffset now = endpoint.Time.GetUtcNow();
        wait += TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1);
        long ticks = DateTimeOffset.MaxValue.Ticks - now.Ticks < wait.Ticks ? DateTimeOffset.MaxValue.Ticks : now.Ticks + wait.Ticks;
        return new DateTimeOffset(ticks - (ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }

    /// <summary>
    /// Returns the message of the service, if there is one, whether the body has the form that the service documents, and whether the
    /// message is about the token limit of the account.
    /// </summary>
    private (string? Message, bool IsError, bool IsTokenLimit) ReadMessage(ServiceRequest request, ServiceResponse response)
    {
        string? message = null;
        bool isError = false;
        try
        {
            using var body = JsonDocument.Parse(response.Body.Bytes);
            message = endpoint.ReadError(body.RootElement);
            isError = endpoint.IsError(body.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The body is a web page or empty. The error then has only the status.
        }
        finally
        {
            response.Body.Return();
        }

        if (string.IsNullOrWhiteSpace(message))
        {
            return (null, isError, false);
        }

        string cut = ForeignText.CutAtWord(message!, MaxReadLength, MaxSecretLength);
        string printable = new string([.. cut.Where(c => !char.IsControl(c))]).Trim().TrimEnd('.');
        string redacted = Redact(request, printable);
        return (
            ForeignText.Shorten(redacted, MaxMessageLength),
            isError,
            request.IsWrite && endpoint.IsTokenLimit((int)response.Status, redacted));
    }
}
