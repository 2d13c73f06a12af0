using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace ApiTokens.Sandbox.Tests;

/// <summary>Sends requests to one service of a sandbox with one credential.</summary>
internal sealed class Client(HttpClient http, Uri baseUri, string? authorization)
{
    public Client With(string? otherAuthorization) => new(http, baseUri, otherAuthorization);

    /// <summary>Reads a user of Devo with a token of any type.</summary>
    public Task<Response> GetUserAsync(string email, string secret) =>
        With(null).SendAsync(HttpMethod.Get, $"/probio/user/email/{email}", headers: ("standAloneToken", secret));

    public Task<Response> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Response> PostAsync(string path, string? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task<Response> PutAsync(string path, string? body = null) => SendAsync(HttpMethod.Put, path, body);

    public Task<Response> PatchAsync(string path, string body) => SendAsync(HttpMethod.Patch, path, body);

    public Task<Response> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public async Task<Response> SendAsync(HttpMethod method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, baseUri + path);
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using HttpResponseMessage response = await http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        return new Response(response.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null, response.Headers);
    }
}

/// <summary>The response to a request.</summary>
internal sealed record Response(HttpStatusCode Status, JsonNode? Body, HttpResponseHeaders Headers)
{
    public JsonNode? this[string property] => Body![property];

    public JsonArray Items => Body as JsonArray ?? Body!["items"]!.AsArray();

    public string Text(string property) => Body![property]!.GetValue<string>();

    public string Id => Body!["id"]!.ToString();

    /// <summary>Asserts the status; a failure shows the body.</summary>
    public Response Expect(HttpStatusCode status)
    {
        Assert.True(status == Status, $"{(int)status} was expected, not {(int)Status} {Body?.ToJsonString()}");
        return this;
    }

    /// <summary>Asserts the status and the body.</summary>
    public void Expect(HttpStatusCode status, string body)
    {
        Expect(status);
        Assert.Equal(JsonNode.Parse(body)!.ToJsonString(), Body?.ToJsonString());
    }
}
