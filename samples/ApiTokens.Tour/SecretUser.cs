using System.Net.Http.Headers;

namespace ApiTokens.Tour;

/// <summary>Uses secrets as clients of the services would.</summary>
internal sealed class SecretUser(Uri sandbox) : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = sandbox };

    public async Task<bool> IsAcceptedAsync(IssuedToken token)
    {
        string secret = SecretText.Reveal(token.Secret);
        using HttpRequestMessage request = token.Service switch
        {
            "Devo" => WithAuthorization("devo/whoami", "Bearer", secret),
            "Wegnology" => WithAuthorization("wegnology/me", "Bearer", secret),
            "Gcore" => WithAuthorization("gcore/iam/clients/me", "APIKey", secret),
            _ => new HttpRequestMessage(HttpMethod.Get, "application-users/data/location")
            {
                Headers = { { "authenticationtoken", secret }, { "sitename", token.Account }, { "userid", token.Owner } },
            },
        };
        using HttpResponseMessage response = await _client.SendAsync(request);
        return response.IsSuccessStatusCode;
    }

    public void Dispose() => _client.Dispose();

    private static HttpRequestMessage WithAuthorization(string path, string scheme, string secret) =>
        new(HttpMethod.Get, path) { Headers = { Authorization = new AuthenticationHeaderValue(scheme, secret) } };
}
