using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;
using Microsoft.AspNetCore.Http;

namespace ApiTokens.Core.Tests.Http;

/// <summary>Concurrent requests share a login, its failure, and the login that replaces a session that has ended.</summary>
public sealed class LoginTests : IAsyncLifetime
{
    private const int Concurrent = 16;
    private const string Id = "575ec7417ae143cd83dc4a95";
    private const string Token = """{"id":"575ec7417ae143cd83dc4a95","name":"x","token":"s.e.t"}""";

    private readonly TestTimeProvider _clock = TestConnections.CreateSkippingClock();
    private ScriptedServer _server = null!;
    private ITokenService _tokens = null!;
    private int _logins;
    private volatile string _validSession = "session1";

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _tokens = (await TestConnections.ConnectWithPasswordAsync(_server, "Wegnology", time: _clock)).Tokens;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Login_Rejected_IsSharedByWaitingRequests()
    {
        _server.DefaultHandler = async context =>
        {
            await Task.Delay(300, context.RequestAborted);
            await ScriptedServer.WriteAsync(context, 401, """{"message":"wrong"}""");
        };

        ApiTokenException[] errors = await Task.WhenAll(
            Enumerable.Range(0, Concurrent).Select(_ => Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync(Id, default))));

        Assert.Single(_server.Requests);
        Assert.All(errors, error => Assert.Equal(ErrorKind.AuthenticationError, error.Kind));
        Assert.All(errors, error => Assert.Contains("log in as 'a'", error.Message));
    }

    [Fact]
    public async Task Login_RejectedJustBefore_IsNotRepeated()
    {
        _server.Respond(401);
        await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync(Id, default));

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync(Id, default));

        Assert.Equal(ErrorKind.AuthenticationError, error.Kind);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Login_RejectedSomeTimeAgo_IsTriedAgain()
    {
        _server.Respond(401).Json("""{"token":"session1"}""").Json(Token);
        await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync(Id, default));
        _clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(Id, (await _tokens.GetAsync(Id, default)).Id);
    }

    [Fact]
    public async Task Login_FirstWaiterCancelled_ContinuesForTheOthers()
    {
        HeldRequest login = _server.Hold(200, """{"token":"session1"}""");
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 200, Token);
        using var cancellation = new CancellationTokenSource();
        Task<ApiToken> first = _tokens.GetAsync(Id, cancellation.Token);
        await login.Arrived.Task;
        Task<ApiToken> second = _tokens.GetAsync(Id, default);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        login.Release();
        Assert.Equal(Id, (await second).Id);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task Session_EndsDuringRun_IsReplacedOnce()
    {
        _server.DefaultHandler = HandleAsync;
        await _tokens.GetAsync(Id, default);
        _validSession = "session2";

        await Task.WhenAll(Enumerable.Range(0, Concurrent).Select(_ => _tokens.RemoveAsync(Id, default)));

        Assert.Equal(2, _logins);
        Assert.Equal(
            Concurrent, _server.Requests.Count(request => request.Method == "DELETE" && request.Authorization == "Bearer session2"));
    }

    [Fact]
    public async Task Session_EndsWhileServiceAsksToWait_RequestWaitsAfterLogin()
    {
        var clock = new FakeTimeProvider();
        ITokenService tokens = (await TestConnections.ConnectWithPasswordAsync(_server, "Wegnology", time: clock)).Tokens;
        _server.Json("""{"token":"session1"}""").Json(Token);
        await tokens.GetAsync(Id, default);
        var throttle = new TaskCompletionSource();
        var isThrottled = new TaskCompletionSource();
        _server.Handle(async context =>
        {
            isThrottled.SetResult();
            await throttle.Task;
            await ScriptedServer.WriteAsync(context, 429, "{}", headers: ("Retry-After", "60"));
        });
        Task<ApiToken> throttled = tokens.GetAsync(Id, default);
        await isThrottled.Task;
        _server.Respond(401);
        HeldRequest login = _server.Hold(200, """{"token":"session2"}""");
        Task<ApiToken> repeated = tokens.GetAsync(Id, default);
        await login.Arrived.Task;
        throttle.SetResult();
        await Task.Delay(300);

        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 200, Token);
        login.Release();
        await Task.Delay(300);

        int before = _server.Requests.Count;
        clock.Advance(TimeSpan.FromSeconds(61));
        while (!throttled.IsCompleted || !repeated.IsCompleted)
        {
            await Task.Delay(20);
            clock.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(5, before);
        Assert.Equal(7, _server.Requests.Count);
    }

    [Fact]
    public async Task Session_EndsBeforeCreate_RepeatsCreate()
    {
        _server.DefaultHandler = HandleAsync;
        await _tokens.GetAsync(Id, default);
        _validSession = "session2";

        IssuedToken issued = await _tokens.CreateAsync(new NewTokenRequest { Name = "x", Scope = ["All"] }, default);

        Assert.Equal(Id, issued.Id);
        Assert.Equal(2, _logins);
    }

    [Fact]
    public async Task Session_RejectedAfterFreshLogin_Throws()
    {
        _validSession = "none";
        _server.DefaultHandler = HandleAsync;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => _tokens.GetAsync(Id, default));

        Assert.Equal(ErrorKind.AuthenticationError, error.Kind);
        Assert.Equal((2, 4), (_logins, _server.Requests.Count));
    }

    [Fact]
    public async Task Secret_Rejected_IsNotRepeated()
    {
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 401, "");
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Wegnology", time: _clock)).Tokens;

        await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync(Id, default));

        Assert.Single(_server.Requests);
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Path == "/auth/user")
        {
            await ScriptedServer.WriteAsync(context, 200, $$"""{"token":"session{{Interlocked.Increment(ref _logins)}}"}""");
        }
        else if (context.Request.Headers.Authorization == $"Bearer {_validSession}")
        {
            await ScriptedServer.WriteAsync(context, 200, Token);
        }
        else
        {
            await Task.Delay(50, context.RequestAborted);
            await ScriptedServer.WriteAsync(context, 401, "");
        }
    }
}
