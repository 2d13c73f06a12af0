using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

public sealed class CancellationTests : IAsyncLifetime
{
    private static readonly NewTokenRequest New = new() { Name = "x", User = "u", Audience = ["apiv2"] };

    private readonly CancellationTokenSource _stop = new();
    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync()
    {
        _stop.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_is_sent_when_the_stop_came_first()
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, "Devo")).Tokens;
        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tokens.GetAsync("3", _stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tokens.CreateAsync(New, _stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tokens.RemoveAsync("3", _stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tokens.ListAsync(TokenFilter.Existing, _stop.Token).GetAsyncEnumerator(_stop.Token).MoveNextAsync().AsTask());

        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_read_under_way_is_dropped()
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, "Devo")).Tokens;
        Held held = _server.Hold();
        Task<ApiToken> reading = tokens.GetAsync("3", _stop.Token);
        await held.Arrived.Task;

        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_write_under_way_may_still_say_how_it_went()
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, "Devo")).Tokens;
        Held held = _server.Hold(201, """{"id":3,"token":"thesecret"}""");
        Task<IssuedToken> creating = tokens.CreateAsync(New, _stop.Token);
        await held.Arrived.Task;

        await _stop.CancelAsync();
        held.Release();

        Assert.Equal("thesecret", SecretText.ToPlainText((await creating).Secret));
    }

    [Fact]
    public async Task A_write_under_way_that_fails_after_the_stop_is_not_repeated()
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, "Devo")).Tokens;
        Held held = _server.Hold(500);
        Task removing = tokens.RemoveAsync("3", _stop.Token);
        await held.Arrived.Task;

        await _stop.CancelAsync();
        held.Release();

        await Assert.ThrowsAnyAsync<Exception>(() => removing);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_write_without_an_answer_ends_after_its_grace()
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, "Devo")).Tokens;
        Held held = _server.Hold();
        Task removing = tokens.RemoveAsync("3", _stop.Token);
        await held.Arrived.Task;

        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => removing);
    }

    [Fact]
    public async Task A_wait_between_two_tries_ends_at_the_stop_and_no_try_follows()
    {
        var clock = new TestTimeProvider();
        ITokenService tokens = (await Connecting.ToAsync(_server, "Devo", time: clock)).Tokens;
        _server.Otherwise = context => ScriptedServer.WriteAsync(context, 503, "", headers: ("Retry-After", "60"));
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
    public async Task A_list_stops_between_its_pages()
    {
        string Page(int number) => $$"""{"items":[{"id":"575ec7417ae143cd83dc4a0{{number}}","name":"n"}],"totalCount":9,"perPage":1}""";
        _server.Otherwise = context => ScriptedServer.WriteAsync(context, 200, Page(int.Parse(context.Request.Query["page"]!, null)));
        ITokenService tokens = (await Connecting.ToAsync(_server, "Wegnology")).Tokens;
        var seen = new List<ApiToken>();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ApiToken token in tokens.ListAsync(TokenFilter.Existing, _stop.Token))
            {
                seen.Add(token);
                await _stop.CancelAsync();
            }
        });

        // The first for the number of pages, the last page, and the one read ahead.
        Assert.InRange(seen.Count, 1, 2);
        Assert.InRange(_server.Requests.Count, 2, 3);
    }

    [Fact]
    public async Task A_stream_stops_while_it_arrives()
    {
        var released = new TaskCompletionSource();
        _server.Do(async context =>
        {
            context.Response.ContentType = "application/json";
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(
                context.Response, "[" + string.Join(",", Enumerable.Range(1, 2_000).Select(id => $$"""{"id":{{id}}}""")));
            await context.Response.Body.FlushAsync();
            await released.Task;
        });
        ITokenService tokens = (await Connecting.ToAsync(_server, "Devo")).Tokens;

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
    public async Task A_wait_for_a_login_of_another_request_ends_at_the_stop()
    {
        Held login = _server.Hold(200, """{"access":"a","refresh":"r"}""");
        _server.Otherwise = context => ScriptedServer.WriteAsync(context, 200, "[]");
        TokenConnection connection = await TokenConnection.ConnectAsync(
            new ConnectionRequest { Service = "Gcore", Account = "456", BaseUri = _server.BaseUri, UserName = "a", Password = SecretText.ToSecureString("password1"), SkipCheck = true },
            default);
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
