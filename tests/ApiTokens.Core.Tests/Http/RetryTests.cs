using System.Net;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

public sealed class RetryTests : IAsyncLifetime
{
    private const int MaxAttempts = 6;
    private const string Id = "575ec7417ae143cd83dc4a95";
    private const string Token = """{"id":"575ec7417ae143cd83dc4a95","name":"x","token":"s.e.t"}""";

    private readonly TestTimeProvider _clock = TestConnections.CreateSkippingClock();
    private ScriptedServer _server = null!;
    private ITokenService _tokens = null!;

    public static TheoryData<string> IdempotentOperations => ["read", "list", "enable", "disable", "rename", "describe", "remove"];

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _tokens = (await TestConnections.ConnectAsync(_server, "Wegnology", time: _clock)).Tokens;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(IdempotentOperations))]
    public async Task Idempotent_ServiceFailure_IsRetried(string operation)
    {
        _server.Respond(500).Respond(502).Respond(503).Respond(504).Respond(408).Json(ResponseFor(operation));

        await RunAsync(operation);

        Assert.Equal(MaxAttempts, _server.Requests.Count);
        Assert.Single(_server.Requests.Select(request => $"{request.Method} {request.Target} {request.Body}").Distinct());
    }

    [Theory]
    [MemberData(nameof(IdempotentOperations))]
    public async Task Idempotent_ConnectionReset_IsRetried(string operation)
    {
        _server.Reset().Reset().Json(ResponseFor(operation));

        await RunAsync(operation);

        Assert.Equal(3, _server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(IdempotentOperations))]
    public async Task Idempotent_PersistentFailure_ThrowsAfterSixAttempts(string operation)
    {
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 500, "");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => RunAsync(operation));

        Assert.Equal((ErrorKind.ConnectionError, HttpStatusCode.InternalServerError), (error.Kind, error.StatusCode!.Value));
        Assert.Equal(MaxAttempts, _server.Requests.Count);
    }

    [Fact]
    public async Task RetryDelays_PersistentFailure_GrowWithinLimit()
    {
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 500, "");
        const int Runs = 25;
        for (int run = 0; run < Runs; run++)
        {
            await Assert.ThrowsAsync<ApiTokenException>(() => RunAsync("read"));
        }

        // A single delay is random; the sum of many is not.
        IReadOnlyList<TimeSpan>[] waits = [.. _clock.Waits.Chunk(MaxAttempts - 1)];
        Assert.Equal(Runs, waits.Length);
        Assert.All(_clock.Waits, wait => Assert.InRange(wait, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(20)));
        Assert.True(waits.Sum(run => run[^1].TotalSeconds) > 2 * waits.Sum(run => run[0].TotalSeconds));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(422)]
    public async Task Read_ClientErrorStatus_IsNotRetried(int status)
    {
        _server.Respond(status);

        await Assert.ThrowsAsync<ApiTokenException>(() => RunAsync("read"));

        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData(408, null)]
    [InlineData(500, null)]
    [InlineData(502, null)]
    [InlineData(503, null)]
    [InlineData(503, "7")]
    [InlineData(504, null)]
    public async Task Create_AmbiguousFailure_IsNotRetried(int status, string? retryAfter)
    {
        AddFailure(_server, status, retryAfter).Json(Token, 201);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => RunAsync("create"));

        Assert.Equal(((HttpStatusCode)status, true), (error.StatusCode!.Value, error.OutcomeUnknown));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Create_LostResponse_ReportsUnknownOutcomeWithoutRetry()
    {
        _server.Reset().Json(Token, 201);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => RunAsync("create"));

        Assert.Equal((ErrorKind.ConnectionError, true), (error.Kind, error.OutcomeUnknown));
        Assert.Contains("may have succeeded", error.Message);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Create_ReusedConnectionCloses_IsNotRetried()
    {
        await using var raw = new RawServer();
        raw.Json(Token).Write(string.Empty).Json(Token, 201);
        ITokenService tokens = (await TestConnections.ConnectAsync(raw.BaseUri, "Wegnology", _clock)).Tokens;
        await tokens.GetAsync(Id, default);

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => tokens.CreateAsync(new NewTokenRequest { Name = "x", Scope = ["All"] }, default));

        Assert.Equal((ErrorKind.ConnectionError, true), (error.Kind, error.OutcomeUnknown));
        Assert.Equal((2, 1), (raw.Requests.Count, raw.Connections));
    }

    [Fact]
    public async Task Regenerate_LostResponse_IsNotRetried()
    {
        _server.Reset();
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "ApplicationUsers", time: _clock)).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => tokens.RegenerateAsync("at_0123456789abcdefghij", TokenExpiry.AfterMonths(3), default));

        Assert.True(error.OutcomeUnknown);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Create_ConnectionRefused_IsRetried()
    {
        int port = ScriptedServer.UnusedPort();
        ScriptedServer? late = null;
        var clock = new TestTimeProvider { SkipUpTo = TimeSpan.FromMinutes(20) };
        clock.Waiting = number =>
        {
            if (number == 2)
            {
                late = ScriptedServer.StartAsync(port).GetAwaiter().GetResult().Json(Token, 201);
            }
        };
        ITokenService tokens = (await TestConnections.ConnectAsync(new Uri($"http://127.0.0.1:{port}"), "Wegnology", clock)).Tokens;

        IssuedToken issued = await tokens.CreateAsync(new NewTokenRequest { Name = "x", Scope = ["All"] }, default);

        await using (late)
        {
            Assert.Equal(Id, issued.Id);
            Assert.Equal(2, clock.Waits.Count);
            Assert.Single(late!.Requests);
        }
    }

    [Fact]
    public async Task Create_ServiceDown_ThrowsConnectionErrorWithKnownOutcome()
    {
        var unusedAddress = new Uri($"http://127.0.0.1:{ScriptedServer.UnusedPort()}");
        ITokenService tokens = (await TestConnections.ConnectAsync(unusedAddress, "Wegnology", _clock)).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => tokens.CreateAsync(new NewTokenRequest { Name = "x", Scope = ["All"] }, default));

        Assert.Equal((ErrorKind.ConnectionError, false), (error.Kind, error.OutcomeUnknown));
        Assert.Equal(MaxAttempts - 1, _clock.Waits.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("7")]
    public async Task Create_Throttled_IsRetried(string? retryAfter)
    {
        AddFailure(_server, 429, retryAfter).Json(Token, 201);

        await RunAsync("create");

        Assert.Equal(2, _server.Requests.Count);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task RetryAfter_Seconds_IsObserved(int status)
    {
        AddFailure(_server, status, "97").Json(Token);

        await RunAsync("read");

        Assert.Equal([TimeSpan.FromSeconds(97)], _clock.Waits);
    }

    [Fact]
    public async Task RetryAfter_Date_IsObserved()
    {
        _server.Respond(
            429,
            headers: [("Retry-After", _clock.GetUtcNow().AddSeconds(42).ToString("r")), ("Date", _clock.GetUtcNow().ToString("r"))])
            .Json(Token);

        await RunAsync("create");

        Assert.Equal([TimeSpan.FromSeconds(42)], _clock.Waits);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("Thu, 01 Jan 2015 00:00:00 GMT")]
    public async Task RetryAfter_Past_WaitsOnlyBriefly(string retryAfter)
    {
        AddFailure(_server, 503, retryAfter).Json(Token);

        await RunAsync("read");

        Assert.Equal([TimeSpan.FromMilliseconds(250)], _clock.Waits);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Theory]
    [InlineData("121", "121 seconds")]
    [InlineData("86400", "86400 seconds")]
    public async Task RetryAfter_AboveLimit_ThrowsWithoutWaiting(string retryAfter, string message)
    {
        AddFailure(_server, 429, retryAfter);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => RunAsync("read"));

        Assert.Equal(ErrorKind.LimitsExceeded, error.Kind);
        Assert.Contains(message, error.Message);
        Assert.Empty(_clock.Waits);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task RetryAfter_Invalid_IsIgnored()
    {
        AddFailure(_server, 429, "soon").Json(Token);

        await RunAsync("read");

        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task Remove_NotFoundOnRetry_Succeeds()
    {
        // A proxy may respond with a 404, so the token is read once more, and then searched for in the list.
        _server.Reset().Respond(404).Respond(404).Json("""{"items":[],"totalCount":0}""");

        await RunAsync("remove");

        Assert.Equal(4, _server.Requests.Count);
    }

    [Fact]
    public async Task Remove_NotFoundOnFirstAttempt_Throws()
    {
        _server.Respond(404);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => RunAsync("remove"));

        Assert.Equal(ErrorKind.ObjectNotFound, error.Kind);
    }

    [Fact]
    public async Task Login_LostResponse_IsNotRetried()
    {
        _server.Reset();
        TokenConnection connection = await TestConnections.ConnectWithPasswordAsync(_server, "Wegnology", time: _clock);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => connection.Tokens.GetAsync(Id, default));

        Assert.Equal(ErrorKind.ConnectionError, error.Kind);
        Assert.Single(_server.Requests);
    }

    private static ScriptedServer AddFailure(ScriptedServer server, int status, string? retryAfter) =>
        retryAfter is null ? server.Respond(status) : server.Respond(status, headers: ("Retry-After", retryAfter));

    private static string ResponseFor(string operation) =>
        operation == "list" ? $$"""{"totalCount":1,"perPage":1000,"items":[{{Token}}]}""" : Token;

    private Task RunAsync(string operation) => operation switch
    {
        "read" => _tokens.GetAsync(Id, default),
        "list" => _tokens.ListAsync(),
        "enable" => _tokens.SetEnabledAsync(Id, enabled: true, default),
        "disable" => _tokens.SetEnabledAsync(Id, enabled: false, default),
        "rename" => _tokens.RenameAsync(Id, "new", default),
        "describe" => _tokens.UpdateAsync(Id, new TokenChanges { Description = "d" }, default),
        "remove" => _tokens.RemoveAsync(Id, default),
        _ => _tokens.CreateAsync(new NewTokenRequest { Name = "x", Scope = ["All"] }, default),
    };
}
