using System.Net;
using System.Net.Sockets;

namespace ApiTokens.Http;

/// <summary>
/// The request failed without a complete response. <see cref="NeverSent"/> tells whether it can have reached the service.
/// </summary>
internal sealed class TransportException(string message, bool neverSent, Exception? inner) : IOException(message, inner)
{
    public bool NeverSent { get; } = neverSent;

    public bool TimedOut { get; init; }

    public static TransportException Timeout(TimeSpan after) =>
        new($"No response within {after.TotalSeconds:0.#} seconds.", neverSent: false, inner: null) { TimedOut = true };

    /// <summary>Converts an exception of HttpClient, on .NET and on .NET Framework.</summary>
    public static TransportException From(Exception error)
    {
        bool neverSent = false;
        string reason = error.Message;
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            reason = e.Message;
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
            neverSent |= e is System.Security.Authentication.AuthenticationException;
        }

        return new TransportException(reason, neverSent, error);
    }
}
