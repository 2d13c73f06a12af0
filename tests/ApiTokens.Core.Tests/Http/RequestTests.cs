using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Http;

namespace ApiTokens.Core.Tests.Http;

/// <summary>How the client sends one request and reads its response.</summary>
public sealed class RequestTests : IAsyncLifetime
{
    private readonly TestTimeProvider _clock = TestConnections.CreateSkippingClock();
    private ScriptedServer _server = null!;

    private static ServiceRequest Read => new(HttpMethod.Get, "tokens") { Purpose = "read" };

    private static ServiceRequest Create => new(HttpMethod.Post, "tokens") { IsIdempotent = false, Purpose = "create" };

    private static ServiceRequest Delete => new(HttpMethod.Delete, "tokens") { Purpose = "remove" };

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Send_ThrottledThenFailed_CountsRetriesSeparately()
    {
        for (int i = 0; i < 5; i++)
        {
            _server.Respond(429, headers: ("Retry-After", "1"));
        }

        _server.Respond(502).Respond(502).Respond(204);

        await Client().SendAsync(Read, default);

        Assert.Equal(8, _server.Requests.Count);
    }

    [Fact]
    public async Task Send_CancelledJustBeforeSending_DoesNotReportUnknownOutcome()
    {
        using var cancellation = new CancellationTokenSource();
        var client = new ServiceClient(Endpoint(), new CancellingCredential(cancellation));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SendAsync(Create, cancellation.Token));

        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Send_Success_ReturnsBodyToPool()
    {
        _server.Json("""{"id":3}""");

        ServiceResponse response = await Client().SendAsync(Delete, default);

        Assert.True(response.Body.Bytes.IsEmpty);
    }

    [Fact]
    public async Task Send_LongErrorText_IsReadQuickly()
    {
        string text = string.Concat(Enumerable.Repeat("token-abc123 ", 2_000_000 / 13));
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 400, $$"""{"message":"{{text}}"}""");
        await Assert.ThrowsAsync<ApiTokenException>(() => Client().SendAsync(Read, default));
        var time = Stopwatch.StartNew();

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => Client().SendAsync(Read, default));

        Assert.Equal(ErrorKind.InvalidData, error.Kind);
        Assert.InRange(error.Message.Length, 10, 600);
        Assert.InRange(time.ElapsedMilliseconds, 0, 500);
    }

    [Fact]
    public async Task Send_SecretAtTheEndOfTheReadText_IsNotShownInPart()
    {
        // The masked secrets are short, so that the text that is shown reaches to the end of the text that is read.
        string text = string.Concat(Enumerable.Repeat(TestConnections.Secret + " ", 200));
        _server.Respond(400, $$"""{"message":"{{text}}"}""");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => Client().SendAsync(Read, default));

        Assert.DoesNotContain(TestConnections.Secret[..4], error.Message);
    }

    [Fact]
    public async Task RetryAfter_Date_IsComparedWithDateOfService()
    {
        _server.Respond(
            429,
            headers: [("Retry-After", "Tue, 31 Mar 2026 15:00:42 GMT"), ("Date", "Tue, 31 Mar 2026 15:00:00 GMT")]).Respond(204);

        await Client().SendAsync(Read, default);

        Assert.Equal([TimeSpan.FromSeconds(42)], _clock.Waits);
    }

    [Fact]
    public void ToMessage_AnyRequest_DisablesExpectContinue() => Assert.False(Read.ToMessage(Endpoint()).Headers.ExpectContinue);

    [Fact]
    public async Task Send_ActivityIsCurrent_SendsNoTraceHeaders()
    {
        _server.Respond(204);
        using var source = new ActivitySource("ApiTokens.Tests");
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using Activity? activity = source.StartActivity("test");
        activity!.AddBaggage("user", "jdoe");

        await Client().SendAsync(Read, default);

        string[] trace = ["traceparent", "tracestate", "baggage", "Correlation-Context", "Request-Id"];
        Assert.DoesNotContain(_server.Request.Headers.Keys, name => trace.Contains(name, StringComparer.OrdinalIgnoreCase));
    }

    private ServiceEndpoint Endpoint() => new()
    {
        Service = "Devo",
        BaseUri = _server.BaseUri,
        Time = _clock,
        Timeout = TestConnections.LongTimeout,
        ReadError = body => ErrorBodyFormatter.Field(body, "message"),
    };

    private ServiceClient Client() =>
        new(Endpoint(), new SecretCredential("Bearer", SecretText.ToSecureString(TestConnections.Secret)));

    private sealed class CancellingCredential(CancellationTokenSource cancellation) : ServiceCredential
    {
        public override SecureString? Secret => null;

        public override async ValueTask AuthenticateAsync(HttpRequestHeaders headers, CancellationToken cancellationToken)
        {
            await cancellation.CancelAsync();
            headers.Authorization = new AuthenticationHeaderValue("Bearer", "x");
        }
    }
}
