using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;
using Microsoft.AspNetCore.Http;

namespace ApiTokens.Core.Tests.Http;

public sealed class TimeoutTests : IAsyncLifetime
{
    private readonly TestTimeProvider _clock = TestConnections.CreateSkippingClock();
    private ScriptedServer _server = null!;
    private ITokenService _tokens = null!;

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _tokens = (await TestConnections.ConnectAsync(_server, "Devo", time: _clock)).Tokens;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Read_TimesOut_IsRetried()
    {
        HeldRequest held = _server.Hold();
        _server.Json("""{"id":3,"name":"second"}""");
        Task<ApiToken> reading = _tokens.GetAsync("3", default);
        await held.Arrived.Task;

        _clock.Advance(TestConnections.LongTimeout);

        Assert.Equal("second", (await reading).Name);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task Read_AllAttemptsTimeOut_ThrowsOperationTimeout()
    {
        List<HeldRequest> held = [.. Enumerable.Range(0, 6).Select(_ => _server.Hold())];
        Task<ApiToken> reading = _tokens.GetAsync("3", default);
        foreach (HeldRequest each in held)
        {
            await each.Arrived.Task;
            _clock.Advance(TestConnections.LongTimeout);
        }

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => reading);

        Assert.Equal((ErrorKind.OperationTimeout, false), (error.Kind, error.OutcomeUnknown));
        Assert.Contains("Timeout", error.RecommendedAction);
    }

    [Fact]
    public async Task Create_TimesOut_ReportsUnknownOutcomeWithoutRetry()
    {
        HeldRequest held = _server.Hold();
        Task<IssuedToken> creating = _tokens.CreateAsync(new NewTokenRequest
        {
            Name = "x",
            User = "u",
            Audience = ["apiv2"],
            Scope = ["table://my.app.**", "level://admin"],
        }, default);
        await held.Arrived.Task;

        _clock.Advance(TestConnections.LongTimeout);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => creating);
        Assert.Equal((ErrorKind.OperationTimeout, true), (error.Kind, error.OutcomeUnknown));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Read_BodyStalls_IsRetried()
    {
        var stalled = new TaskCompletionSource();
        _server.Handle(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"id":3,""");
            await context.Response.Body.FlushAsync();
            stalled.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        _server.Json("""{"id":3,"name":"second"}""");
        Task<ApiToken> reading = _tokens.GetAsync("3", default);
        await stalled.Task;

        _clock.Advance(TestConnections.LongTimeout);

        Assert.Equal("second", (await reading).Name);
    }

    [Fact]
    public async Task List_BodyStalls_ThrowsOperationTimeoutAfterElements()
    {
        _server.Handle(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("[" + string.Join(",", Enumerable.Range(1, 2_000).Select(id => $$"""{"id":{{id}}}""")));
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await using IAsyncEnumerator<ApiToken> list = _tokens.ListAsync(TokenFilter.Existing, default).GetAsyncEnumerator();
        Task<bool> next = list.MoveNextAsync().AsTask();
        int count = 0;
        var error = await Assert.ThrowsAsync<ApiTokenException>(async () =>
        {
            while (await next)
            {
                count++;
                next = list.MoveNextAsync().AsTask();
                if (!next.IsCompleted)
                {
                    // The stream waits for data: advance the clock to its timeout.
                    await AdvanceUntilAsync(next);
                }
            }
        });

        Assert.Equal(ErrorKind.OperationTimeout, error.Kind);
        Assert.InRange(count, 1, 2_000);
    }

    private async Task AdvanceUntilAsync(Task done)
    {
        while (!done.IsCompleted)
        {
            _clock.Advance(TestConnections.LongTimeout);
            await Task.WhenAny(done, Task.Delay(5));
        }
    }
}
