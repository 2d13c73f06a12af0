using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;
using Microsoft.AspNetCore.Http;

namespace ApiTokens.Core.Tests.Http;

public sealed class TimeoutTests : IAsyncLifetime
{
    private readonly TestTimeProvider _clock = Connecting.Impatient();
    private ScriptedServer _server = null!;
    private ITokenService _tokens = null!;

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _tokens = (await Connecting.ToAsync(_server, "Devo", time: _clock)).Tokens;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_read_without_an_answer_in_time_is_repeated()
    {
        Held held = _server.Hold();
        _server.Json("""{"id":3,"name":"second"}""");
        Task<ApiToken> reading = _tokens.GetAsync("3", default);
        await held.Arrived.Task;

        _clock.Advance(Connecting.LongTimeout);

        Assert.Equal("second", (await reading).Name);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task A_read_that_never_gets_an_answer_is_a_timeout()
    {
        List<Held> held = [.. Enumerable.Range(0, 6).Select(_ => _server.Hold())];
        Task<ApiToken> reading = _tokens.GetAsync("3", default);
        foreach (Held each in held)
        {
            await each.Arrived.Task;
            _clock.Advance(Connecting.LongTimeout);
        }

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => reading);

        Assert.Equal((ErrorKind.OperationTimeout, false), (error.Kind, error.OutcomeUnknown));
        Assert.Contains("Timeout", error.RecommendedAction);
    }

    [Fact]
    public async Task A_create_without_an_answer_in_time_is_not_repeated_and_may_have_taken_effect()
    {
        Held held = _server.Hold();
        Task<IssuedToken> creating = _tokens.CreateAsync(new NewTokenRequest { Name = "x", User = "u", Audience = ["apiv2"] }, default);
        await held.Arrived.Task;

        _clock.Advance(Connecting.LongTimeout);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => creating);
        Assert.Equal((ErrorKind.OperationTimeout, true), (error.Kind, error.OutcomeUnknown));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_body_that_stalls_is_timed_out_too()
    {
        var stalled = new TaskCompletionSource();
        _server.Do(async context =>
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

        _clock.Advance(Connecting.LongTimeout);

        Assert.Equal("second", (await reading).Name);
    }

    [Fact]
    public async Task A_list_that_stalls_is_a_timeout_after_what_came_before()
    {
        _server.Do(async context =>
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
                    // Nothing is there: the stream waits, and the clock ends that.
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
            _clock.Advance(Connecting.LongTimeout);
            await Task.WhenAny(done, Task.Delay(5));
        }
    }
}
