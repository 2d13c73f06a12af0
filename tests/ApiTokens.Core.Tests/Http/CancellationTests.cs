using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

public sealed class CancellationTests : IAsyncLifetime
{
    private static readonly NewTokenRequest New = new()
    {
        Name = "x",
        User = "u",
        Audience = ["apiv2"],
        Scope = ["table://my.app.**", "level://admin"],
    };

    private readonly CancellationTokenSource _stop = new();
    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync()
    {
        _stop.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Request_AlreadyCancelled_IsNotSent()
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Devo")).Tokens;
        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tokens.GetAsync("3", _stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tokens.CreateAsync(New, _stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tokens.RemoveAsync("3", _stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => tokens.ListAsync(TokenFilter.Existing, _stop.Token).GetAsyncEnumerator(_stop.Token).MoveNextAsync().AsTask());

        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Read_CancelledInFlight_IsAborted()
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Devo")).Tokens;
        HeldRequest held = _server.Hold();
        Task<ApiToken> reading = tokens.GetAsync("3", _stop.Token);
        await held.Arrived.Task;

        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Write_CancelledInFlight_ReturnsResultWithinGracePeriod()
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Devo", time: TimeProvider.System)).Tokens;
        HeldRequest held = _server.Hold(201, """{"id":3,"token":"thesecret"}""");
        Task<IssuedToken> creating = tokens.CreateAsync(New, _stop.Token);
        await held.Arrived.Task;

        await _stop.CancelAsync();
        held.Release();

        Assert.Equal("thesecret", SecretText.ToPlainText((await creating).GetSecret()));
    }

    [Fact]
    public async Task Write_FailsAfterCancellation_IsNotRetried()
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Devo")).Tokens;
        HeldRequest held = _server.Hold(500);
        Task removing = tokens.RemoveAsync("3", _stop.Token);
        await held.Arrived.Task;

        await _stop.CancelAsync();
        held.Release();

        await Assert.ThrowsAnyAsync<Exception>(() => removing);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Write_NoResponseAfterCancellation_EndsAfterGracePeriod()
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Devo")).Tokens;
        HeldRequest held = _server.Hold();
        Task removing = tokens.RemoveAsync("3", _stop.Token);
        await held.Arrived.Task;

        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => removing);
    }

    [Fact]
    public async Task RetryDelay_Cancelled_EndsWithoutFurtherAttempt()
    {
        var clock = new TestTimeProvider();
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Devo", time: clock)).Tokens;
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 503, "", headers: ("Retry-After", "60"));
        Task<ApiToken> reading = tokens.GetAsync("3", _stop.Token);
        while (_server.Requests.Count == 0 || clock.Pending != 1)
        {
            await Task.Delay(5);
        }

        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task List_CancelledBetweenPages_SendsNoFurtherRequest()
    {
        string Page(int number) => $$"""{"items":[{"id":"575ec7417ae143cd83dc4a0{{number}}","name":"n"}],"totalCount":9,"perPage":1}""";
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 200, Page(int.Parse(context.Request.Query["page"]!, null)));
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Wegnology")).Tokens;
        var seen = new List<ApiToken>();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ApiToken token in tokens.ListAsync(TokenFilter.Existing, _stop.Token))
            {
                seen.Add(token);
                await _stop.CancelAsync();
            }
        });

        // One request for the number of pages, one for the last page, and one prefetched page.
        Assert.InRange(seen.Count, 1, 2);
        Assert.InRange(_server.Requests.Count, 2, 3);
    }

    [Fact]
    public async Task List_CancelledDuringResponse_Throws()
    {
        var released = new TaskCompletionSource();
        _server.Handle(async context =>
        {
            context.Response.ContentType = "application/json";
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(
                context.Response, "[" + string.Join(",", Enumerable.Range(1, 2_000).Select(id => $$"""{"id":{{id}}}""")));
            await context.Response.Body.FlushAsync();
            await released.Task;
        });
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Devo")).Tokens;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ApiToken token in tokens.ListAsync(TokenFilter.Existing, _stop.Token))
            {
                await _stop.CancelAsync();
            }
        });
        released.SetResult();
    }

    [Fact]
    public async Task Login_CancelledWhileAnotherRequestLogsIn_Throws()
    {
        HeldRequest login = _server.Hold(200, """{"access":"a","refresh":"r"}""");
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 200, "[]");
        TokenConnection connection = await TestConnections.ConnectWithPasswordAsync(_server, "Gcore", "456");
        Task<List<ApiToken>> first = connection.Tokens.ListAsync();
        await login.Arrived.Task;
        Task second = connection.Tokens.GetAsync("3", _stop.Token);

        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        login.Release();
        Assert.Empty(await first);
        Assert.Equal(2, _server.Requests.Count);
    }
}
