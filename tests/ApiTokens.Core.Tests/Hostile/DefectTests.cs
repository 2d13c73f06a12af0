using System.Text;
using System.Text.Json;
using ApiTokens.Core.Tests.Operations;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Services;
using Microsoft.AspNetCore.Http;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>What the attacks found, each once more by itself (docs/reliability.md).</summary>
public sealed class DefectTests : IAsyncLifetime
{
    private const string Canary = "c4a1d9f0b7e8423a9d5c6e7f80912b3c";

    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("Devo", "3", """{"id":4,"name":"other","active":true}""")]
    [InlineData("Gcore", "42", """{"id":456,"currentUser":2001}""")]
    [InlineData("Wegnology", "575ec7417ae143cd83dc4a95", """{"id":"575ec7417ae143cd83dc4a96","name":"other","status":"active"}""")]
    [InlineData("ApplicationUsers", "at_0123456789abcdefghij", """{"id":"at_0123456789abcdefghik","userId":"jdoe","status":"active"}""")]
    public async Task A_token_that_was_not_asked_for_is_no_answer_and_nothing_is_done_to_it(string service, string id, string other)
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, service)).Tokens;
        _server.Json(other).Json(other);

        var read = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync(id, default));
        var reset = await Assert.ThrowsAsync<ApiTokenException>(
            async () => await Running.ResetAsync(await Connecting.ToAsync(_server, service), id, new ResetOptions(), _ => Task.CompletedTask, default));

        Assert.Equal((ErrorKind.InvalidResult, ErrorKind.InvalidResult), (read.Kind, reset.Kind));
        Assert.Contains(id, read.Message);
        Assert.All(_server.Requests, request => Assert.Equal("GET", request.Method));
    }

    [Theory]
    [InlineData("Devo", "3", """{"id":4,"name":"other","active":false}""")]
    [InlineData("Wegnology", "575ec7417ae143cd83dc4a95", """{"id":"575ec7417ae143cd83dc4a96","name":"other","status":"inactive"}""")]
    public async Task A_change_that_is_answered_with_another_token_may_have_taken_effect(string service, string id, string other)
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, service)).Tokens;
        _server.Json(other);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.SetEnabledAsync(id, false, default));

        Assert.True(error is { Kind: ErrorKind.InvalidResult, OutcomeUnknown: true });
    }

    [Theory]
    [InlineData("Wegnology", """{"items":[null,{"id":"575ec7417ae143cd83dc4a95","name":"ci"}],"totalCount":2,"perPage":1000}""")]
    [InlineData("ApplicationUsers", """{"items":[null,{"id":"at_0123456789abcdefghij","userId":"jdoe"}],"totalCount":2,"pageSize":1000}""")]
    public async Task A_hole_in_a_list_hides_no_token(string service, string page)
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, service)).Tokens;
        _server.Json(page);

        Assert.Single(await tokens.ListAsync());
    }

    [Fact]
    public async Task Holes_in_the_other_lists_do_no_harm()
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, "ApplicationUsers")).Tokens;
        _server.Json("""[null,{"code":"location","name":"Location"}]""").Json("""{"revoked":[null,"at_0123456789abcdefghij"]}""");

        Assert.Single(await tokens.ListPermissionsAsync(default));
        Assert.Equal(["at_0123456789abcdefghij"], await tokens.RemoveAllAsync("jdoe", default));
    }

    [Fact]
    public async Task A_value_that_makes_no_sense_is_not_quoted_where_it_has_the_form_of_a_secret()
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, "ApplicationUsers", secret: Canary)).Tokens;
        _server.Json($$$"""{"id":"at_0123456789abcdefghij","access":{"location":"{{{Canary}}}"}}""");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync("at_0123456789abcdefghij", default));

        Assert.DoesNotContain(Canary, error.ToString());
    }

    [Theory]
    [InlineData($$"""{"id":"{{Canary}}","name":"ci"}""")]
    [InlineData($$"""{"id":"575ec7417ae143cd83dc4a95","name":"{{Canary}}"}""")]
    public async Task A_token_without_its_secret_that_has_the_connections_in_its_id_or_name_shows_it_to_nobody(string answer)
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, "Wegnology", secret: Canary)).Tokens;
        _server.Json(answer);

        var error = await Assert.ThrowsAnyAsync<ApiTokenException>(() => tokens.CreateAsync(new NewTokenRequest { Name = "ci", Scope = ["ReadOnly"] }, default));

        Assert.True(error.OutcomeUnknown);
        Assert.DoesNotContain(Canary, error.ToString() + error.RecommendedAction);
    }

    [Theory]
    [InlineData("Devo", "3", $$"""{"id":3,"name":"{{Canary}}","user":"a {{Canary}}","owner":"x","scope":"{{Canary}}","audience":"apiv2 {{Canary}}","active":true}""")]
    [InlineData("Gcore", "42", $$"""{"id":42,"name":"{{Canary}}","description":"is {{Canary}}","client_user":{"role":{"id":1,"name":"{{Canary}}"},"user_name":"{{Canary}}"},"deleted":false,"expired":false}""")]
    [InlineData("Wegnology", "575ec7417ae143cd83dc4a95", $$"""{"id":"575ec7417ae143cd83dc4a95","name":"{{Canary}}","creatorName":"{{Canary}}","scope":["{{Canary}}","all.User"],"status":"active"}""")]
    [InlineData("ApplicationUsers", "at_0123456789abcdefghij", $$"""{"id":"at_0123456789abcdefghij","name":"{{Canary}}","userId":"{{Canary}}","createdBy":"{{Canary}}","access":{"{{Canary}}":"read","location":"read"},"status":"active"}""")]
    public async Task A_token_that_has_the_connections_secret_in_its_texts_shows_it_to_nobody(string service, string id, string token)
    {
        TokenConnection connection = await Connecting.ToAsync(_server, service, secret: Canary);
        _server.Otherwise = context => ScriptedServer.WriteAsync(context, 200, token);

        ApiToken read = await connection.Tokens.GetAsync(id, default);
        Exception? reset = await Record.ExceptionAsync(() => Running.ResetAsync(connection, id, new ResetOptions(), _ => Task.CompletedTask, default));

        Assert.Equal((id, "***"), (read.Id, read.Name));
        Assert.DoesNotContain(Canary, JsonSerializer.Serialize(read));
        Assert.DoesNotContain(Canary, Assert.IsAssignableFrom<ApiTokenException>(reset).ToString());
    }

    [Fact]
    public async Task A_token_that_has_its_own_secret_in_its_name_shows_it_to_nobody()
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, "Wegnology")).Tokens;
        _server.Json("""{"id":"575ec7417ae143cd83dc4a95","name":"it is the.actual.secret","token":"the.actual.secret"}""");

        IssuedToken issued = await tokens.CreateAsync(new NewTokenRequest { Name = "ci", Scope = ["ReadOnly"] }, default);

        Assert.Equal(("it is ***", "the.actual.secret"), (issued.Name, SecretText.ToPlainText(issued.Secret)));
    }

    [Theory]
    [InlineData("<html></html>", "text/html")]
    [InlineData("<html></html>", "application/json")]
    public async Task A_create_that_is_answered_with_nonsense_says_that_it_may_have_taken_effect(string body, string type)
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, "Wegnology")).Tokens;
        _server.Answer(200, body, type);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.CreateAsync(new NewTokenRequest { Name = "ci", Scope = ["ReadOnly"] }, default));

        Assert.True(error.OutcomeUnknown);
        Assert.Contains("may have taken effect", error.Message);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(504)]
    public async Task A_failed_create_whose_token_could_not_be_looked_for_says_that_it_may_have_taken_effect(int status)
    {
        TokenConnection connection = await Connecting.ToAsync(_server, "Devo");
        _server.Answer(status, "{}", "application/json");
        _server.Otherwise = context => ScriptedServer.WriteAsync(context, 200, "no list");

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => Running.IssueAsync(connection, new NewTokenRequest { Name = "ci", User = "ci@example.com", Audience = ["apiv2"] }));

        Assert.True(error.OutcomeUnknown);
        Assert.Contains("may have taken effect", error.Message);
    }

    [Theory]
    [InlineData("no total, and perhaps more", """{"items":[{"id":"575ec7417ae143cd83dc4a95"}],"perPage":1}""")]
    [InlineData("a total less than what is listed", """{"items":[{"id":"575ec7417ae143cd83dc4a95"}],"perPage":1,"totalCount":0}""")]
    [InlineData("a total that no list has", """{"items":[{"id":"575ec7417ae143cd83dc4a95"}],"perPage":1,"totalCount":9223372036854775807}""")]
    [InlineData("the same page for ever", """{"items":[{"id":"575ec7417ae143cd83dc4a95"}],"perPage":1,"totalCount":50000000}""")]
    public async Task A_list_that_may_lack_tokens_or_never_ends_is_an_error(string what, string page)
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, "Wegnology")).Tokens;
        _server.Otherwise = context => ScriptedServer.WriteAsync(context, 200, page);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync()).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.True(error.Kind == ErrorKind.InvalidResult, what);
        Assert.InRange(_server.Requests.Count, 1, 200);
    }

    [Fact]
    public async Task A_page_that_should_have_tokens_and_has_none_is_an_error()
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, "Wegnology")).Tokens;
        _server.Json("""{"items":[{"id":"575ec7417ae143cd83dc4a95"}],"perPage":1,"totalCount":2}""").Json("""{"items":[],"perPage":1,"totalCount":2}""");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());

        Assert.Contains("could be missed", error.Message);
    }

    [Fact]
    public async Task A_page_that_fails_leaves_no_request_behind()
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, "Wegnology", time: TimeProvider.System)).Tokens;
        _server.Otherwise = context => context.Request.Query["page"] switch
        {
            var page when page == "0" => ScriptedServer.WriteAsync(context, 200, """{"items":[{"id":"575ec7417ae143cd83dc4a95"}],"perPage":1,"totalCount":3}"""),
            var page when page == "2" => ScriptedServer.WriteAsync(context, 200, """{"items":[{"id":"575ec7417ae143cd83dc4a96"}],"perPage":1,"totalCount":3}"""),

            // Asked for ahead, and again and again.
            _ => ScriptedServer.WriteAsync(context, 503, "{}"),
        };

        await foreach (ApiToken _ in tokens.ListAsync(TokenFilter.Existing, default))
        {
            break;
        }

        // The first try may be under way; the second would come within half a second.
        await Task.Delay(800);
        Assert.InRange(_server.Requests.Count, 2, 3);
    }

    [Fact]
    public async Task One_element_of_a_list_cannot_grow_as_long_as_the_list_may_be()
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, "Devo")).Tokens;
        _server.Do(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""[{"id":1,"name":"a"},{"id":2,"name":" """);
            byte[] chunk = Encoding.UTF8.GetBytes(new string('x', 64 * 1024));
            for (int sent = 0; sent < 100_000_000; sent += chunk.Length)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            }
        });

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());

        Assert.Contains("larger than 8,388,608 bytes", error.Message);
    }

    [Fact]
    public async Task What_would_steer_a_terminal_is_not_in_an_errors_text()
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, "Gcore")).Tokens;
        _server.Json("""{"id":"4\u001b[2J2\r\n\u202e","name":"x"}""");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync("42", default));

        Assert.DoesNotContain(error.Message, c => char.IsControl(c) || c == '\u202e');
        Assert.Contains("\uFFFD", error.Message);
    }

    [Fact]
    public async Task An_operation_that_never_began_has_no_end_in_the_journal()
    {
        using var file = new JournalFile();
        TokenConnection connection = await Connecting.ToAsync(_server, "Devo");
        TestRunner? runner = null;
        var operation = new TestOperation(connection, "1", "x", "1", _ => Task.CompletedTask)
        {
            // Stopped between its turn and its beginning, where only the runner itself looks.
            IsDone = _ =>
            {
                runner!.Stop();
                return Task.FromResult(false);
            },
        };
        file.Leave("Remove", TimeProvider.System, operation, journal => journal.Start(operation));

        using (runner = new TestRunner(1, file.Open("Remove", connection)))
        {
            runner.Add(operation, _ => { });
            Assert.Throws<OperationCanceledException>(() => runner.Complete(_ => { }));
        }

        Assert.Equal(["start"], file.Events);
    }
}
