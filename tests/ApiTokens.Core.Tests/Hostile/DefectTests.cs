using System.Text;
using System.Text.Json;
using ApiTokens.Core.Tests.Operations;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Services;
using Microsoft.AspNetCore.Http;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>Regression tests for the defects that the hostile tests found (docs/reliability.md).</summary>
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
    public async Task Get_ResponseIsAnotherToken_ThrowsAndSendsNoWrite(string service, string id, string other)
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, service)).Tokens;
        _server.Json(other).Json(other);

        var read = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync(id, default));
        var reset = await Assert.ThrowsAsync<ApiTokenException>(
            async () => await TestOperations.ResetAsync(
                await TestConnections.ConnectAsync(_server, service), id, new ResetOptions(), _ => Task.CompletedTask, default));

        Assert.Equal((ErrorKind.InvalidResult, ErrorKind.InvalidResult), (read.Kind, reset.Kind));
        Assert.Contains(id, read.Message);
        Assert.All(_server.Requests, request => Assert.Equal("GET", request.Method));
    }

    [Theory]
    [InlineData("Devo", "3", """{"id":4,"name":"other","active":false}""")]
    [InlineData("Wegnology", "575ec7417ae143cd83dc4a95", """{"id":"575ec7417ae143cd83dc4a96","name":"other","status":"inactive"}""")]
    public async Task SetEnabled_ResponseIsAnotherToken_ReportsUnknownOutcome(string service, string id, string other)
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, service)).Tokens;
        _server.Json(other);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.SetEnabledAsync(id, false, default));

        Assert.True(error is { Kind: ErrorKind.InvalidResult, OutcomeUnknown: true });
    }

    [Theory]
    [InlineData("Wegnology", """{"items":[null,{"id":"575ec7417ae143cd83dc4a95","name":"ci"}],"totalCount":2,"perPage":1000}""")]
    [InlineData("ApplicationUsers", """{"items":[null,{"id":"at_0123456789abcdefghij","userId":"jdoe"}],"totalCount":2,"pageSize":1000}""")]
    public async Task List_NullElement_ReturnsOtherTokens(string service, string page)
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, service)).Tokens;
        _server.Json(page);

        Assert.Single(await tokens.ListAsync());
    }

    [Fact]
    public async Task PermissionsAndRemovedIds_NullElement_ReturnOthers()
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "ApplicationUsers")).Tokens;
        _server.Json("""[null,{"code":"location","name":"Location"}]""").Json("""{"revoked":[null,"at_0123456789abcdefghij"]}""");

        Assert.Single(await tokens.ListPermissionsAsync(default));
        Assert.Equal(["at_0123456789abcdefghij"], await tokens.RemoveAllAsync("jdoe", default));
    }

    [Fact]
    public async Task Get_InvalidValueIsSecret_DoesNotQuoteIt()
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "ApplicationUsers", secret: Canary)).Tokens;
        _server.Json($$$"""{"id":"at_0123456789abcdefghij","access":{"location":"{{{Canary}}}"}}""");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync("at_0123456789abcdefghij", default));

        Assert.DoesNotContain(Canary, error.ToString());
    }

    [Theory]
    [InlineData($$"""{"id":"{{Canary}}","name":"ci"}""")]
    [InlineData($$"""{"id":"575ec7417ae143cd83dc4a95","name":"{{Canary}}"}""")]
    public async Task Create_CredentialInIdOrNameWithoutSecret_DoesNotLeakIt(string response)
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Wegnology", secret: Canary)).Tokens;
        _server.Json(response);

        var error = await Assert.ThrowsAnyAsync<ApiTokenException>(
            () => tokens.CreateAsync(new NewTokenRequest { Name = "ci", Scope = ["ReadOnly"] }, default));

        Assert.True(error.OutcomeUnknown);
        Assert.DoesNotContain(Canary, error.ToString() + error.RecommendedAction);
    }

    [Theory]
    [InlineData("Devo", "3", $$"""
        {"id":3,"name":"{{Canary}}","user":"a {{Canary}}","owner":"x","scope":"{{Canary}}","audience":"apiv2 {{Canary}}","active":true}
        """)]
    [InlineData("Gcore", "42", $$"""
        {"id":42,"name":"{{Canary}}","description":"is {{Canary}}","client_user":{"role":{"id":1,"name":"{{Canary}}"},
        "user_name":"{{Canary}}"},"deleted":false,"expired":false}
        """)]
    [InlineData("Wegnology", "575ec7417ae143cd83dc4a95", $$"""
        {"id":"575ec7417ae143cd83dc4a95","name":"{{Canary}}","creatorName":"{{Canary}}","scope":["{{Canary}}","all.User"],"status":"active"}
        """)]
    [InlineData("ApplicationUsers", "at_0123456789abcdefghij", $$"""
        {"id":"at_0123456789abcdefghij","name":"{{Canary}}","userId":"{{Canary}}","createdBy":"{{Canary}}","access":{"{{Canary}}":"read",
        "location":"read"},"status":"active"}
        """)]
    public async Task Get_CredentialInTexts_IsMasked(string service, string id, string token)
    {
        TokenConnection connection = await TestConnections.ConnectAsync(_server, service, secret: Canary);
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 200, token);

        ApiToken read = await connection.Tokens.GetAsync(id, default);
        Exception? reset = await Record.ExceptionAsync(
            () => TestOperations.ResetAsync(connection, id, new ResetOptions(), _ => Task.CompletedTask, default));

        Assert.Equal((id, "***"), (read.Id, read.Name));
        Assert.DoesNotContain(Canary, JsonSerializer.Serialize(read));
        Assert.DoesNotContain(Canary, Assert.IsAssignableFrom<ApiTokenException>(reset).ToString());
    }

    [Fact]
    public async Task Create_OwnSecretInName_IsMasked()
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Wegnology")).Tokens;
        _server.Json("""{"id":"575ec7417ae143cd83dc4a95","name":"it is the.actual.secret","token":"the.actual.secret"}""");

        IssuedToken issued = await tokens.CreateAsync(new NewTokenRequest { Name = "ci", Scope = ["ReadOnly"] }, default);

        Assert.Equal(("it is ***", "the.actual.secret"), (issued.Name, SecretText.ToPlainText(issued.GetSecret())));
    }

    [Theory]
    [InlineData("<html></html>", "text/html")]
    [InlineData("<html></html>", "application/json")]
    public async Task Create_ResponseIsNotJson_ReportsUnknownOutcome(string body, string type)
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Wegnology")).Tokens;
        _server.Respond(200, body, type);

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => tokens.CreateAsync(new NewTokenRequest { Name = "ci", Scope = ["ReadOnly"] }, default));

        Assert.True(error.OutcomeUnknown);
        Assert.Contains("may have succeeded", error.Message);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(504)]
    public async Task Issue_CreateFailsAndListIsUnreadable_ReportsUnknownOutcome(int status)
    {
        TokenConnection connection = await TestConnections.ConnectAsync(_server, "Devo");
        _server.Respond(status, "{}", "application/json");
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 200, "no list");

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () =>
                TestOperations.IssueAsync(connection, new NewTokenRequest
                {
                    Name = "ci",
                    User = "ci@example.com",
                    Audience = ["apiv2"],
                    Scope = ["table://my.app.**", "level://admin"],
                }));

        Assert.True(error.OutcomeUnknown);
        Assert.Contains("may have succeeded", error.Message);
    }

    [Theory]
    [InlineData("no total on a full page", """{"items":[{"id":"575ec7417ae143cd83dc4a95"}],"perPage":1}""")]
    [InlineData("a total below the number listed", """{"items":[{"id":"575ec7417ae143cd83dc4a95"}],"perPage":1,"totalCount":0}""")]
    [InlineData(
        "a total that is too large", """{"items":[{"id":"575ec7417ae143cd83dc4a95"}],"perPage":1,"totalCount":9223372036854775807}""")]
    [InlineData("the same page repeatedly", """{"items":[{"id":"575ec7417ae143cd83dc4a95"}],"perPage":1,"totalCount":50000000}""")]
    public async Task List_PagesMissingTokensOrWithoutEnd_Throws(string defect, string page)
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Wegnology")).Tokens;
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 200, page);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync()).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.True(error.Kind == ErrorKind.InvalidResult, defect);
        Assert.InRange(_server.Requests.Count, 1, 200);
    }

    [Fact]
    public async Task List_UnexpectedEmptyPage_Throws()
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Wegnology")).Tokens;
        _server.Json("""{"items":[{"id":"575ec7417ae143cd83dc4a95"}],"perPage":1,"totalCount":2}""")
            .Json("""{"items":[],"perPage":1,"totalCount":2}""");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.ListAsync());

        Assert.Contains("could be missed", error.Message);
    }

    [Fact]
    public async Task List_StoppedWhilePrefetchFails_StopsRetrying()
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Wegnology", time: TimeProvider.System)).Tokens;
        _server.DefaultHandler = context => context.Request.Query["page"] switch
        {
            var page when page == "0" =>
                ScriptedServer.WriteAsync(context, 200, """{"items":[{"id":"575ec7417ae143cd83dc4a95"}],"perPage":1,"totalCount":3}"""),
            var page when page == "2" =>
                ScriptedServer.WriteAsync(context, 200, """{"items":[{"id":"575ec7417ae143cd83dc4a96"}],"perPage":1,"totalCount":3}"""),

            // This page is prefetched, and retried when it fails.
            _ => ScriptedServer.WriteAsync(context, 503, "{}"),
        };

        await foreach (ApiToken _ in tokens.ListAsync(TokenFilter.Existing, default))
        {
            break;
        }

        // The first attempt may be in flight; a second one would follow within half a second.
        await Task.Delay(800);
        Assert.InRange(_server.Requests.Count, 2, 3);
    }

    [Fact]
    public async Task List_HugeElement_ThrowsAtElementLimit()
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Devo")).Tokens;
        _server.Handle(async context =>
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
    public async Task Error_ControlCharactersFromService_AreReplaced()
    {
        ITokenService tokens = (await TestConnections.ConnectAsync(_server, "Gcore")).Tokens;
        _server.Json("""{"id":"4\u001b[2J2\r\n\u202e","name":"x"}""");

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.GetAsync("42", default));

        Assert.DoesNotContain(error.Message, c => char.IsControl(c) || c == '\u202e');
        Assert.Contains("\uFFFD", error.Message);
    }

    [Fact]
    public async Task Journal_OperationNeverStarted_HasNoEndLine()
    {
        using var file = new JournalFile();
        TokenConnection connection = await TestConnections.ConnectAsync(_server, "Devo");
        TestRunner? runner = null;
        var operation = new TestOperation(connection, "1", "x", "1", _ => Task.CompletedTask)
        {
            // Stop after the operation is dequeued and before it starts; only the runner checks at this point.
            IsDone = _ =>
            {
                runner!.Stop();
                return Task.FromResult(false);
            },
        };
        file.WriteInterruptedRun("Remove", TimeProvider.System, operation, journal => journal.Start(operation));

        using (runner = new TestRunner(1, file.Open("Remove", connection)))
        {
            runner.Add(operation, _ => { });
            Assert.Throws<OperationCanceledException>(() => runner.Complete(_ => { }));
        }

        Assert.Equal(["start"], file.Events);
    }

    // The operation can end before Complete is called, at random.
    [Fact]
    public async Task Complete_RunnerWasStopped_AlwaysThrows()
    {
        TokenConnection connection = await TestConnections.ConnectAsync(_server, "Devo");
        for (int i = 0; i < 500; i++)
        {
            TestRunner? runner = null;
            var operation = new TestOperation(connection, "1", "x", "1", _ =>
            {
                runner!.Stop();
                return Task.CompletedTask;
            });
            using (runner = new TestRunner(1))
            {
                runner.Add(operation, _ => { });
                Assert.Throws<OperationCanceledException>(() => runner.Complete(_ => { }));
            }
        }
    }
}
