using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>A sandbox that a session started: its requests, its faults, and whether it accepts a secret.</summary>
public sealed class Sandbox
{
    private static readonly HttpClient Client = new();

    private readonly string _control;

    private Sandbox(PSObject started)
    {
        _control = ((System.Security.SecureString)started.Get("ControlToken")!).ToText();
        Started = started;
        BaseUri = (Uri)started.Get("BaseUri")!;
    }

    /// <summary>The object that Start-ApiTokenSandbox returned.</summary>
    public PSObject Started { get; }

    public Uri BaseUri { get; }

    /// <summary>Starts a sandbox in a session, which connects to its services.</summary>
    /// <param name="session">The session.</param>
    /// <param name="parameters">More parameters, such as "-Tokens 100".</param>
    public static Sandbox Start(ModuleSession session, string parameters = "") =>
        new(session.Single($"Start-ApiTokenSandbox {parameters}"));

    /// <summary>The number of requests that the services have received, including checks of secrets.</summary>
    public RequestCount Count() => Get<RequestCount>("sandbox/requests");

    /// <summary>The last requests, oldest first.</summary>
    public IReadOnlyList<LoggedRequest> Log(int last) => Get<LoggedRequest[]>($"sandbox/requests/log?last={last}");

    /// <summary>The log of all requests, as it was received.</summary>
    public string RawLog()
    {
        using HttpResponseMessage response = Control(HttpMethod.Get, "sandbox/requests/log?last=1000");
        return response.EnsureSuccessStatusCode().Content.ReadAsStringAsync().GetAwaiter().GetResult();
    }

    /// <summary>The requests since a count was taken.</summary>
    public IReadOnlyList<LoggedRequest> Since(RequestCount before)
    {
        int added = Count().Total - before.Total;
        return added > 0 ? Log(added) : [];
    }

    /// <summary>Adds a fault: the fields of POST /sandbox/faults as an anonymous object.</summary>
    public void AddFault(object fault)
    {
        using HttpResponseMessage response = Control(HttpMethod.Post, "sandbox/faults", JsonContent.Create(fault));
        Assert.True(
            response.IsSuccessStatusCode,
            $"The sandbox refused a fault: {response.StatusCode} {response.Content.ReadAsStringAsync().GetAwaiter().GetResult()}");
    }

    /// <summary>The faults, and how often each one has fired.</summary>
    public IReadOnlyList<JsonElement> Faults() => Get<JsonElement[]>("sandbox/faults");

    /// <summary>Removes all faults.</summary>
    public void ClearFaults()
    {
        using HttpResponseMessage response = Control(HttpMethod.Delete, "sandbox/faults");
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Returns the status of a request with a token's secret: 200 if the service accepts it, otherwise 401 or 403.</summary>
    /// <param name="token">The token, with its secret unless another one is specified.</param>
    /// <param name="secret">Another secret.</param>
    /// <param name="api">Application Users: the API.</param>
    /// <param name="method">Application Users: the method.</param>
    public int SecretStatus(PSObject token, string? secret = null, string api = "location", string method = "GET")
    {
        ServiceCase service = ServiceCase.All.Single(each => each.Service == token.Text("Service"));
        SecretProof proof = service.Proof(new SecretUse(secret ?? token.Secret(), token.Text("Account"), token.Text("Owner"), api));
        using HttpRequestMessage request = Request(proof);
        request.Method = new HttpMethod(method);
        using HttpResponseMessage response = Client.Send(request);
        return (int)response.StatusCode;
    }

    /// <summary>Whether the service accepts a token's secret.</summary>
    public bool Accepts(PSObject token, string? secret = null) => SecretStatus(token, secret) == 200;

    private HttpRequestMessage Request(SecretProof proof)
    {
        var request = new HttpRequestMessage { RequestUri = new Uri(BaseUri, proof.Path) };
        foreach ((string name, string value) in proof.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private T Get<T>(string path)
    {
        using HttpResponseMessage response = Control(HttpMethod.Get, path);
        return response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<T>().GetAwaiter().GetResult()!;
    }

    private HttpResponseMessage Control(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(BaseUri, path)) { Content = content };
        request.Headers.Authorization = new("Bearer", _control);
        return Client.SendAsync(request).GetAwaiter().GetResult();
    }
}

/// <summary>The number of requests that a sandbox has received.</summary>
public sealed record RequestCount(
    [property: JsonPropertyName("total")] int Total,
    [property: JsonPropertyName("reads")] int Reads,
    [property: JsonPropertyName("writes")] int Writes);

/// <summary>A request that a sandbox received. It has no status if the connection was reset.</summary>
public sealed record LoggedRequest(
    [property: JsonPropertyName("sequence")] long Sequence,
    [property: JsonPropertyName("method")] string Method,
    [property: JsonPropertyName("path")] string Path,
    [property: JsonPropertyName("status")] int? Status);
