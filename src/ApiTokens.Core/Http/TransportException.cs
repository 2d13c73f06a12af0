using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace ApiTokens.Http;

/// <summary>
/// The request failed without a complete response. <see cref="NeverSent"/> tells whether it can have reached the service.
/// </summary>
internal sealed class TransportException(string message, bool neverSent, Exception? inner) : IOException(message, inner)
{
    public bool NeverSent { get; } = neverSent;

    public bool TimedOut { get; init; }

    /// <summary>Whether the certificate of the server is not trusted, so that nothing was sent.</summary>
    public bool IsCertificateUntrusted { get; init; }

    /// <summary>The status of a proxy that did not connect to the service; null if the failure has another cause.</summary>
    public int? ProxyStatus { get; init; }

    public static TransportException Timeout(TimeSpan after) =>
        new(FormattableString.Invariant($"No response within {after.TotalSeconds:0.#} seconds."), neverSent: false, inner: null)
        {
            TimedOut = true,
        };

    /// <summary>Creates the exception for a create that had no response when the run was stopped and the grace period had passed.</summary>
    public static TransportException Stopped() => new("The run was stopped before the response arrived.", neverSent: false, inner: null);

    /// <summary>Converts an exception of HttpClient, on .NET and on .NET Framework.</summary>
    public static TransportException From(Exception error)
    {
        int? proxyStatus = null;
        bool neverSent = false;
        bool isUntrusted = false;
        string reason = error.Message;
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            reason = e is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData }
                ? "host name not found"
                : e.Message;
            neverSent |= e is SocketException
            {
                SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain,
            };
            neverSent |= e is WebException
            {
                Status: WebExceptionStatus.ConnectFailure or WebExceptionStatus.NameResolutionFailure
                    or WebExceptionStatus.ProxyNameResolutionFailure or WebExceptionStatus.TrustFailure
                    or WebExceptionStatus.SecureChannelFailure,
            };
            proxyStatus ??= ProxyStatusOf(e);
            if (e is AuthenticationException && IsHandshakeFailure(error))
            {
                neverSent = true;
                isUntrusted |= e.Message.IndexOf("remote certificate", StringComparison.Ordinal) >= 0;
            }

            isUntrusted |= e is WebException { Status: WebExceptionStatus.TrustFailure };
        }

        return new TransportException(reason, neverSent || proxyStatus is not null, error)
        {
            IsCertificateUntrusted = isUntrusted,
            ProxyStatus = proxyStatus,
        };
    }

    // A server may ask for another handshake after it has read the request. .NET tells the two apart since version 8; .NET Framework
    // reports a failed first handshake with a status. The property is not in netstandard2.0.
    private static bool IsHandshakeFailure(Exception error) =>
        error.GetType().GetProperty("HttpRequestError")?.GetValue(error) is not { } kind || kind.ToString() == "SecureConnectionError";

    // A response of the service is not an exception, so a status in an exception is that of a proxy's response to CONNECT. The
    // property is not in netstandard2.0.
    private static int? ProxyStatusOf(Exception error) =>
        error is HttpRequestException && error.GetType().GetProperty("StatusCode")?.GetValue(error) is HttpStatusCode status
            ? (int)status
            : null;
}
