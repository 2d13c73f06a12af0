using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Primitives;

namespace ApiTokens.Core.Tests.Support;

/// <summary>A service on a real socket that records requests and sends scripted responses.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<ReceivedRequest> _requests;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script;

    private ScriptedServer(
        WebApplication application, ConcurrentQueue<ReceivedRequest> requests, ConcurrentQueue<Func<HttpContext, Task>> script)
    {
        _application = application;
        _requests = requests;
        _script = script;
        BaseUri = new Uri(application.Urls.First());
    }

    public Uri BaseUri { get; }

    /// <summary>The requests received, oldest first.</summary>
    public IReadOnlyList<ReceivedRequest> Requests => [.. _requests];

    /// <summary>The only request received.</summary>
    public ReceivedRequest Request => Assert.Single(Requests);

    /// <summary>Handles requests that have no scripted response; by default responds with an unmistakable status.</summary>
    public Func<HttpContext, Task> DefaultHandler { get; set; } = context =>
    {
        context.Response.StatusCode = StatusCodes.Status418ImATeapot;
        return Task.CompletedTask;
    };

    /// <summary>The clock of the Date headers.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public static Task<ScriptedServer> StartAsync(int port = 0) => StartAsync(port, listen => listen.Protocols = HttpProtocols.Http1);

    public static async Task<ScriptedServer> StartAsync(
        int port, Action<ListenOptions> listen, Action<KestrelServerLimits>? setLimits = null)
    {
        var requests = new ConcurrentQueue<ReceivedRequest>();
        var script = new ConcurrentQueue<Func<HttpContext, Task>>();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port, listen);
            kestrel.Limits.MinResponseDataRate = null;
            setLimits?.Invoke(kestrel.Limits);
        });
        WebApplication application = builder.Build();
        ScriptedServer? server = null;
        application.Run(async context =>
        {
            requests.Enqueue(await ReceivedRequest.ReadAsync(context));
            context.Response.Headers.Date = server!.Clock.GetUtcNow().ToString("r", CultureInfo.InvariantCulture);
            await (script.TryDequeue(out Func<HttpContext, Task>? handler) ? handler : server.DefaultHandler)(context);
        });
        await application.StartAsync();
        server = new ScriptedServer(application, requests, script);
        return server;
    }

    /// <summary>Adds a response to the script.</summary>
    public ScriptedServer Respond(
        int status, string body = "", string type = "application/json", params (string Name, string Value)[] headers)
    {
        _script.Enqueue(context => WriteAsync(context, status, body, type, headers));
        return this;
    }

    /// <summary>Adds a response in JSON to the script.</summary>
    public ScriptedServer Json(string body, int status = 200) => Respond(status, body);

    /// <summary>Adds a handler to the script.</summary>
    public ScriptedServer Handle(Func<HttpContext, Task> handler)
    {
        _script.Enqueue(handler);
        return this;
    }

    /// <summary>Resets the connection without a response.</summary>
    public ScriptedServer Reset() => Handle(context =>
    {
        context.Abort();
        return Task.CompletedTask;
    });

    /// <summary>Reads the request and holds the response until the test releases it.</summary>
    public HeldRequest Hold(int status = 200, string body = "{}")
    {
        var held = new HeldRequest();
        Handle(async context =>
        {
            held.Arrived.TrySetResult();
            await held.Released.Task.WaitAsync(context.RequestAborted);
            await WriteAsync(context, status, body, "application/json");
        });
        return held;
    }

    /// <summary>Returns a port on which nothing listens.</summary>
    public static int UnusedPort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static Task WriteAsync(
        HttpContext context, int status, string body, string type = "application/json", params (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        foreach ((string name, string value) in headers)
        {
            context.Response.Headers[name] = name == "Date" ? value : StringValues.Concat(context.Response.Headers[name], value);
        }

        if (body.Length == 0)
        {
            return Task.CompletedTask;
        }

        context.Response.ContentType = type;
        return context.Response.WriteAsync(body);
    }

    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _application.StopAsync(timeout.Token);
        await _application.DisposeAsync();
    }
}

/// <summary>A request as it was received.</summary>
internal sealed record ReceivedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The path, still escaped.</summary>
    public string Path => Target.Split('?')[0];

    /// <summary>The query, still escaped, without its question mark.</summary>
    public string Query => Target.Contains('?') ? Target[(Target.IndexOf('?') + 1)..] : string.Empty;

    public string? Authorization => Headers.GetValueOrDefault("Authorization");

    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The names of the body's fields, sorted.</summary>
    public IEnumerable<string> Fields => Json.EnumerateObject().Select(entry => entry.Name).Order(StringComparer.Ordinal);

    public static async Task<ReceivedRequest> ReadAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        return new ReceivedRequest(
            context.Request.Method,
            context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync());
    }
}

/// <summary>A request whose response the server holds.</summary>
internal sealed class HeldRequest
{
    /// <summary>Completes when the request has been received.</summary>
    public TaskCompletionSource Arrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Complete it to send the response.</summary>
    public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => Released.TrySetResult();
}
