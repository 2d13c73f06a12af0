using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ApiTokens.Http;

namespace ApiTokens.Services.Gcore;

/// <summary>Logs in with user name and password, and renews the session before it expires (contracts/gcore.md, 1.2).</summary>
internal sealed class GcoreLogin(ConnectionRequest request, ServiceEndpoint endpoint)
{
    private static readonly TimeSpan AccessLifetime = TimeSpan.FromHours(1);

    private readonly ServiceClient _client = ServiceClient.Anonymous(endpoint, request.Password!);
    private System.Security.SecureString? _refresh;

    public async Task<LoginResult> LoginAsync(CancellationToken cancellationToken)
    {
        GcoreSessionWire session = await RenewAsync(cancellationToken).ConfigureAwait(false)
            ?? await SendAsync(
                "login",
                new GcoreLoginWire
                {
                    UserName = request.UserName!,
                    Password = SecretText.ToPlainText(request.Password!),
                    OneTimePassword = request.OneTimePassword,
                },
                GcoreJson.Default.GcoreLoginWire,
                cancellationToken).ConfigureAwait(false);
        _refresh = session.Refresh is { } refresh && SecretText.FitsHeader(refresh) ? SecretText.ToSecureString(refresh) : null;
        return session.Access is { } access && SecretText.FitsHeader(access)
            ? new LoginResult(SecretText.ToSecureString(access), request.Time.GetUtcNow() + AccessLifetime)
            : throw ApiTokenException.InvalidResult("Gcore accepted the login but returned no usable access token.");
    }

    // Returns null if the session cannot be renewed; the caller then logs in again.
    private async Task<GcoreSessionWire?> RenewAsync(CancellationToken cancellationToken)
    {
        if (_refresh is null)
        {
            return null;
        }

        try
        {
            return await SendAsync(
                "refresh", new GcoreSessionWire { Refresh = SecretText.ToPlainText(_refresh) }, GcoreJson.Default.GcoreSessionWire,
                cancellationToken).ConfigureAwait(false);
        }
        catch (ApiTokenException e) when (e.Kind == ErrorKind.AuthenticationError)
        {
            return null;
        }
    }

    private async Task<GcoreSessionWire> SendAsync<T>(
        string operation, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var login = new ServiceRequest(HttpMethod.Post, "iam", "auth", "jwt", operation)
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(body, type),
            Anonymous = true,
            IsIdempotent = false,
            Purpose = $"log in as '{request.UserName}'",
        };
        try
        {
            return await _client.GetAsync(login, GcoreJson.Default.GcoreSessionWire, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiTokenException e) when (e.StatusCode == HttpStatusCode.BadRequest)
        {
            // The documented answer to a wrong password is a 400. A rejected login must not be repeated: it can lock the user.
            throw new ApiTokenException(
                ErrorKind.AuthenticationError,
                e.Message,
                $"Connect with a valid user name, password and one-time password: {SuggestedCommand.Connect}",
                inner: e)
            {
                StatusCode = e.StatusCode,
                CorrelationId = e.CorrelationId,
                IsFromService = e.IsFromService,
            };
        }
    }
}
