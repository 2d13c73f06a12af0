using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace ApiTokens.Sandbox.Http;

/// <summary>
/// Refuses what a web page in a browser on this machine can send: requests with another host, which DNS rebinding makes possible,
/// with the origin of another place, and control requests without the token of the run.
/// </summary>
internal sealed class AccessMiddleware(RequestDelegate next, SandboxOptions options, string controlToken)
{
    private readonly byte[] _control = Encoding.UTF8.GetBytes($"Bearer {controlToken}");

    public Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        int? status = !IsThisMachine(context) ? StatusCodes.Status421MisdirectedRequest
            : !IsOwnOrigin(request) ? StatusCodes.Status403Forbidden
            : !request.Path.StartsWithSegments("/sandbox") ? null
            : !IsControl(request) ? StatusCodes.Status401Unauthorized
            : HttpMethods.IsPost(request.Method) && !request.HasJsonContentType() ? StatusCodes.Status415UnsupportedMediaType
            : null;
        if (status is not { } refused)
        {
            return next(context);
        }

        context.Response.StatusCode = refused;
        return Task.CompletedTask;
    }

    // The names by which other machines reach this one are not known.
    private bool IsThisMachine(HttpContext context) => options.AllowRemote
        || (IsLoopback(context.Request.Host.Host)
            && (context.Request.Host.Port ?? (context.Request.IsHttps ? 443 : 80)) == context.Connection.LocalPort);

    // No name server is asked about an address, and browsers ask none about localhost.
    private static bool IsLoopback(string host) => string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));

    private static bool IsOwnOrigin(HttpRequest request) =>
        !request.Headers.TryGetValue(HeaderNames.Origin, out var origin)
        || string.Equals(
            origin, string.Create(CultureInfo.InvariantCulture, $"{request.Scheme}://{request.Host}"), StringComparison.OrdinalIgnoreCase);

    private bool IsControl(HttpRequest request) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(request.Headers.Authorization.ToString()), _control);
}
