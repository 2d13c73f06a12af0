using System.Net;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

public sealed class RetryTests : IAsyncLifetime
{
    private const int Tries = 6;
    private const string Id = "575ec7417ae143cd83dc4a95";
    private const string Token = """{"id":"575ec7417ae143cd83dc4a95","name":"x","token":"s.e.t"}""";

    private readonly TestTimeProvider _clock = Connecting.Impatient();
    private ScriptedServer _server = null!;
    private ITokenService _tokens = null!;

    public static TheoryData<string> Repeatable => ["read", "list", "enable", "disable", "rename", "describe", "remove"];

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _tokens = (await Connecting.ToAsync(_server, "Wegnology", time: _clock)).Tokens;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(Repeatable))]
    public async Task What_can_be_repeated_is_repeated_after_a_failure_of_the_service(string operation)
    {
        _server.Answer(500).Answer(502).Answer(503).Answer(504).Answer(408).Json(AnswerTo(operation));

        await RunAsync(operation);

        Assert.Equal(Tries, _server.Requests.Count);
        Assert.Single(_server.Requests.Select(request => $"{request.Method} {request.Target} {request.Body}").Distinct());
    }

    [Theory]
    [MemberData(nameof(Repeatable))]
    public async Task What_can_be_repeated_is_repeated_after_a_reset(string operation)
    {
        _server.Reset().Reset().Json(AnswerTo(operation));

        await RunAsync(operation);

        Assert.Equal(3, _server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Repeatable))]
    public async Task What_can_be_repeated_is_given_up_after_six_tries(string operation)
    {
        _server.Otherwise = context => ScriptedServer.WriteAsync(context, 500, "");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => RunAsync(operation));

        Assert.Equal((ErrorKind.ConnectionError, HttpStatusCode.InternalServerError), (error.Kind, error.StatusCode!.Value));
        Assert.Equal(Tries, _server.Requests.Count);
    }

    [Fact]
    public async Task Waits_grow_and_stay_below_their_limit()
    {
        _server.Otherwise = context => ScriptedServer.WriteAsync(context, 500, "");
        const int Runs = 25;
        for (int run = 0; run < Runs; run++)
        {
            await Assert.ThrowsAsync<ApiTokenException>(() => RunAsync("read"));
        }

        // A single wait is a matter of chance; the sum of many is not.
        IReadOnlyList<TimeSpan>[] waits = [.. _clock.Waits.Chunk(Tries - 1)];
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
    public async Task A_refusal_is_not_asked_for_twice(int status)
    {
        _server.Answer(status);

        await Assert.ThrowsAsync<ApiTokenException>(() => RunAsync("read"));

        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_create_is_not_repeated_where_it_may_have_been_done(int status)
    {
        _server.Answer(status).Json(Token, 201);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => RunAsync("create"));

        Assert.Equal((HttpStatusCode)status, error.StatusCode);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_create_whose_answer_is_lost_is_not_repeated_and_says_so()
    {
        _server.Reset().Json(Token, 201);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => RunAsync("create"));

        Assert.Equal((ErrorKind.ConnectionError, true), (error.Kind, error.OutcomeUnknown));
        Assert.Contains("may have taken effect", error.Message);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_create_is_not_repeated_when_a_reused_connection_closes_without_an_answer()
    {
        await using var raw = new RawServer();
        raw.Json(Token).Write(string.Empty).Json(Token, 201);
        ITokenService tokens = (await TokenConnection.ConnectAsync(Connecting.Request(raw.BaseUri, "Wegnology", time: _clock), default)).Tokens;
        await tokens.GetAsync(Id, default);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.CreateAsync(new NewTokenRequest { Name = "x" }, default));

        Assert.Equal((ErrorKind.ConnectionError, true), (error.Kind, error.OutcomeUnknown));
        Assert.Equal((2, 1), (raw.Requests.Count, raw.Connections));
    }

    [Fact]
    public async Task A_regeneration_whose_answer_is_lost_is_not_repeated()
    {
        _server.Reset();
        ITokenService tokens = (await Connecting.ToAsync(_server, "ApplicationUsers", time: _clock)).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.RegenerateAsync("at_0123456789abcdefghij", TokenExpiry.AfterMonths(3), default));

        Assert.True(error.OutcomeUnknown);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_create_is_repeated_when_no_connection_came_about()
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
        ITokenService tokens = (await TokenConnection.ConnectAsync(
            Connecting.Request(new Uri($"http://127.0.0.1:{port}"), "Wegnology", time: clock), default)).Tokens;

        IssuedToken issued = await tokens.CreateAsync(new NewTokenRequest { Name = "x" }, default);

        await using (late)
        {
            Assert.Equal(Id, issued.Id);
            Assert.Equal(2, clock.Waits.Count);
            Assert.Single(late!.Requests);
        }
    }

    [Fact]
    public async Task A_service_that_is_down_is_a_connection_error_and_nothing_was_done()
    {
        ITokenService tokens = (await TokenConnection.ConnectAsync(
            Connecting.Request(new Uri($"http://127.0.0.1:{ScriptedServer.UnusedPort()}"), "Wegnology", time: _clock), default)).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.CreateAsync(new NewTokenRequest { Name = "x" }, default));

        Assert.Equal((ErrorKind.ConnectionError, false), (error.Kind, error.OutcomeUnknown));
        Assert.Equal(Tries - 1, _clock.Waits.Count);
    }

    [Theory]
    [InlineData(429, null)]
    [InlineData(429, "7")]
    [InlineData(503, "7")]
    public async Task A_create_is_repeated_where_the_service_says_that_it_did_nothing(int status, string? retryAfter)
    {
        Turn(_server, status, retryAfter).Json(Token, 201);

        await RunAsync("create");

        Assert.Equal(2, _server.Requests.Count);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Retry_after_in_seconds_is_waited_for(int status)
    {
        Turn(_server, status, "97").Json(Token);

        await RunAsync("read");

        Assert.Equal([TimeSpan.FromSeconds(97)], _clock.Waits);
    }

    [Fact]
    public async Task Retry_after_as_a_date_is_waited_for()
    {
        Turn(_server, 429, _clock.GetUtcNow().AddSeconds(42).ToString("r")).Json(Token);

        await RunAsync("create");

        Assert.Equal([TimeSpan.FromSeconds(42)], _clock.Waits);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("Thu, 01 Jan 2015 00:00:00 GMT")]
    public async Task Retry_after_that_is_over_is_no_wait(string retryAfter)
    {
        Turn(_server, 503, retryAfter).Json(Token);

        await RunAsync("read");

        Assert.All(_clock.Waits, wait => Assert.Equal(TimeSpan.Zero, wait));
        Assert.Equal(2, _server.Requests.Count);
    }

    [Theory]
    [InlineData("121", "121 seconds")]
    [InlineData("86400", "86400 seconds")]
    public async Task Retry_after_beyond_the_limit_is_told_and_not_waited_for(string retryAfter, string words)
    {
        Turn(_server, 429, retryAfter);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => RunAsync("read"));

        Assert.Equal(ErrorKind.LimitsExceeded, error.Kind);
        Assert.Contains(words, error.Message);
        Assert.Empty(_clock.Waits);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Retry_after_that_makes_no_sense_is_ignored()
    {
        Turn(_server, 429, "soon").Json(Token);

        await RunAsync("read");

        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task A_remove_that_is_repeated_and_finds_nothing_has_done_its_work()
    {
        _server.Reset().Answer(404);

        await RunAsync("remove");

        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task A_remove_that_finds_nothing_at_once_is_an_error()
    {
        _server.Answer(404);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => RunAsync("remove"));

        Assert.Equal(ErrorKind.ObjectNotFound, error.Kind);
    }

    [Fact]
    public async Task A_login_whose_answer_is_lost_is_not_repeated()
    {
        _server.Reset();
        TokenConnection connection = await TokenConnection.ConnectAsync(
            new ConnectionRequest
            {
                Service = "Wegnology",
                BaseUri = _server.BaseUri,
                UserName = "a",
                Password = SecretText.ToSecureString("password"),
                SkipCheck = true,
                Time = _clock,
                Timeout = Connecting.LongTimeout,
            },
            default);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => connection.Tokens.GetAsync(Id, default));

        Assert.Equal(ErrorKind.ConnectionError, error.Kind);
        Assert.Single(_server.Requests);
    }

    private static ScriptedServer Turn(ScriptedServer server, int status, string? retryAfter) =>
        retryAfter is null ? server.Answer(status) : server.Answer(status, headers: ("Retry-After", retryAfter));

    private static string AnswerTo(string operation) => operation == "list" ? $$"""{"totalCount":1,"perPage":1000,"items":[{{Token}}]}""" : Token;

    private Task RunAsync(string operation) => operation switch
    {
        "read" => _tokens.GetAsync(Id, default),
        "list" => _tokens.ListAsync(),
        "enable" => _tokens.SetEnabledAsync(Id, enabled: true, default),
        "disable" => _tokens.SetEnabledAsync(Id, enabled: false, default),
        "rename" => _tokens.RenameAsync(Id, "new", default),
        "describe" => _tokens.UpdateAsync(Id, new TokenChanges { Description = "d" }, default),
        "remove" => _tokens.RemoveAsync(Id, default),
        _ => _tokens.CreateAsync(new NewTokenRequest { Name = "x" }, default),
    };
}
