using System.Text.Json;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

public sealed class JournalTests : IAsyncLifetime
{
    private static readonly Func<OperationContext, Task> Nothing = _ => Task.CompletedTask;

    private readonly JournalFile _file = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 31, 12, 0, 0, TimeSpan.Zero));
    private TokenConnection _connection = null!;

    public async Task InitializeAsync() => _connection = await ConnectAsync("acme");

    public Task DisposeAsync()
    {
        _file.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Open_NewFile_WritesHeaderWithOperationAndAccounts()
    {
        TokenConnection other = await ConnectAsync("zenith", "other");

        _file.Open("Remove", _clock, other, _connection).Dispose();

        JsonElement header = Assert.Single(_file.Lines);
        Assert.Equal(
            """
            {"time":"2026-03-31T12:00:00+00:00","event":"journal","operation":"Remove",
            "accounts":["Devo acme https://one.example/","Devo zenith https://one.example/"]}
            """.ReplaceLineEndings(string.Empty),
            header.GetRawText());
    }

    [Fact]
    public async Task Run_Operation_WritesStartAndEnd()
    {
        await _file.RunAsync("Remove", _clock, On("7", Nothing, name: "ci"));

        Assert.Equal(["start", "end done"], _file.Events);
        JsonElement start = _file.Lines[1];
        Assert.Equal(
            """
            {"time":"2026-03-31T12:00:00+00:00","event":"start","operation":"Remove","connection":"devo","service":"Devo","account":"acme",
            "baseUri":"https://one.example","id":"7","name":"ci"}
            """.ReplaceLineEndings(string.Empty),
            start.GetRawText());
        Assert.Equal("7", _file.Lines[2].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Deliver_IssuedToken_WritesIssuedBeforeAndDeliveredAfterDelivery()
    {
        string duringDelivery = string.Empty;
        using (var runner = new TestRunner(1, _file.Open("New", _connection)))
        {
            runner.Add(On("f-1", context => context.DeliverAsync(Issued("42"))), Collect);
            runner.Complete(Collect);
        }

        Assert.Equal("issued", JournalFile.Parse(duringDelivery)[^1].GetProperty("event").GetString());
        Assert.Equal("42", JournalFile.Parse(duringDelivery)[^1].GetProperty("issuedId").GetString());
        Assert.Equal(["start", "issued", "delivered", "end done"], _file.Events);
        Assert.Equal("42", _file.Lines[3].GetProperty("issuedId").GetString());
        Assert.DoesNotContain("thesecret", _file.Text);
        await Task.CompletedTask;

        void Collect(Report report) => duringDelivery = _file.ReadWhileOpen();
    }

    [Fact]
    public async Task Run_Operation_WritesStartBeforeRequest()
    {
        string seen = string.Empty;

        await _file.RunAsync("Remove", On("7", _ =>
        {
            seen = _file.ReadWhileOpen();
            return Task.CompletedTask;
        }));

        JsonElement last = JournalFile.Parse(seen)[^1];
        Assert.Equal(("start", "7"), (last.GetProperty("event").GetString(), last.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Run_OperationFails_WritesErrorIdAndCorrelationId()
    {
        RunResult result = await _file.RunAsync("Remove", On("7", _ => throw PermissionDenied()));

        Assert.Equal("PermissionDenied", Assert.IsType<ApiTokenException>(result.Error).ErrorId);
        JsonElement end = _file.Lines[2];
        Assert.Equal(
            ("end", "failed", "PermissionDenied", "cid-1"),
            (Text(end, "event"), Text(end, "outcome"), Text(end, "errorId"), Text(end, "correlationId")));
    }

    [Fact]
    public async Task Run_SuccessAfterRetry_WritesLastCorrelationId()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Respond(500, headers: ("x-devo-cid", "cid-1")).Respond(204, headers: ("x-devo-cid", "cid-2"));
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");

        RunResult result = await _file.RunAsync(
            "Remove",
            new TestOperation(connection, "7", "ci", "t", context => connection.Tokens.RemoveAsync("7", context.CancellationToken)));

        Assert.Equal("cid-2", Text(_file.Lines[2], "correlationId"));
        Assert.Equal((1, 1), (result.Summary.Done, result.Summary.Retried));
    }

    [Theory]
    [InlineData("cid-1", "cid-1")]
    [InlineData(null, "cid-2")]
    public async Task Run_FailsAfterOtherResponse_WritesCorrelationIdOfErrorOrElseOfLastResponse(string? ofError, string expected)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Respond(204, headers: ("x-devo-cid", "cid-2"));
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");

        await _file.RunAsync("Remove", new TestOperation(connection, "7", "ci", "t", async context =>
        {
            await connection.Tokens.RemoveAsync("7", context.CancellationToken);
            throw new ApiTokenException(ErrorKind.InvalidOperation, "failed") { CorrelationId = ofError };
        }));

        Assert.Equal(expected, Text(_file.Lines[2], "correlationId"));
    }

    [Fact]
    public async Task Run_OutcomeUnknown_WritesUnknown()
    {
        await _file.RunAsync("Remove", On("7", _ => throw Lost()));

        Assert.Equal(["start", "end unknown"], _file.Events);
    }

    [Fact]
    public async Task Run_StoppedDuringRequest_WritesUnknown()
    {
        using (var runner = new TestRunner(1, _file.Open("Remove", _connection)))
        {
            var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            runner.Add(
                On("7", async context =>
                {
                    running.SetResult();
                    await Task.Delay(Timeout.Infinite, context.CancellationToken);
                }),
                _ => { });
            await running.Task;
        }

        Assert.Equal(["start", "end unknown"], _file.Events);
    }

    [Fact]
    public async Task Resume_OperationDone_IsSkipped()
    {
        await _file.RunAsync("Remove", On("1", Nothing), On("2", Nothing));
        var executed = new List<string>();

        RunResult result = await _file.RunAsync("Remove", On("1", Record), On("2", Record), On("3", Record));

        Assert.Equal((1, 0, 2), (result.Summary.Done, result.Summary.Failed, result.Summary.Skipped));
        Assert.Equal(["3"], executed);
        Assert.Equal(3, _file.Events.Count(each => each == "end done"));

        Task Record(OperationContext context)
        {
            executed.Add("3");
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Resume_OperationFailed_IsRetriedWithoutCheck()
    {
        await _file.RunAsync("Remove", On("7", _ => throw PermissionDenied()));
        int attempts = 0;

        RunResult result = await _file.RunAsync(
            "Remove", On("7", Count(() => attempts++), isDone: () => throw new InvalidOperationException("checked")));

        Assert.Equal((1, 1), (attempts, result.Summary.Done));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Resume_OperationWithoutEnd_IsCheckedFirst(bool done)
    {
        _file.WriteInterruptedRun("Remove", _clock, On("7", Nothing), journal => journal.Start(On("7", Nothing)));

        await AssertResumeChecksAsync(done);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Resume_OutcomeUnknown_IsCheckedFirst(bool done)
    {
        await _file.RunAsync("Remove", On("7", _ => throw Lost()));

        await AssertResumeChecksAsync(done);
    }

    [Fact]
    public async Task Resume_CheckFails_ChecksAgainInNextRun()
    {
        _file.WriteInterruptedRun("Remove", _clock, On("7", Nothing), journal => journal.Start(On("7", Nothing)));
        int attempts = 0;

        RunResult result = await _file.RunAsync("Remove", On("7", Count(() => attempts++), isDone: () => throw Lost()));
        Assert.Equal((0, 1), (attempts, result.Summary.Failed));
        Assert.Equal(["start", "end unknown"], _file.Events);

        await AssertResumeChecksAsync(done: true);
    }

    [Theory]
    [InlineData("""{"time":"2026-03-31T12:00:00+00:00","event":"st""")]
    [InlineData("{")]
    [InlineData("\0\0\0\0")]
    public async Task Resume_IncompleteLastLine_IsOverwritten(string incomplete)
    {
        await _file.RunAsync("Remove", On("1", Nothing));
        string complete = _file.Text;
        _file.Text = complete + incomplete;

        RunResult result = await _file.RunAsync("Remove", On("1", Nothing), On("2", Nothing));

        Assert.Equal((1, 1), (result.Summary.Done, result.Summary.Skipped));
        Assert.StartsWith(complete, _file.Text);
        Assert.Equal(["start", "end done", "start", "end done"], _file.Events);
    }

    [Fact]
    public async Task Resume_IncompleteEndLine_IsCheckedFirst()
    {
        await _file.RunAsync("Remove", On("7", Nothing));
        string text = _file.Text;
        _file.Text = text[..^3];

        await AssertResumeChecksAsync(done: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"time\":\"2026-03-31T12:00")]
    [InlineData("{\"time\":\"2026-03-31T12:00:00+00:00\",\"event\":\"jour")]
    [InlineData("{\"time\":\"2026-03-31T12:00:00+00:00\",\"event\":\"journal\",\"operation\":\"Remove\",\"acc")]
    public async Task Resume_IncompleteHeader_IsRewritten(string incomplete)
    {
        _file.Text = incomplete;

        await _file.RunAsync("Remove", On("7", Nothing));

        Assert.Equal("journal", Text(_file.Lines[0], "event"));
        Assert.Equal(["start", "end done"], _file.Events);
    }

    [Theory]
    [InlineData("a letter")]
    [InlineData("a letter\nof two lines\n")]
    [InlineData("\n")]
    [InlineData("{}\n")]
    [InlineData("null\n")]
    [InlineData("{\"name\":\"package\"}")]
    [InlineData("{\"time\":\"2026-03-31T12:00:00Z\",\"level\":\"info\",\"message\":\"somebody's log\"}")]
    [InlineData("{\"time\":\"2026-03-31T12:00:00+00:00\",\"event\":\"start\",\"operation\":\"Remove\"}\n")]
    [InlineData("{\"time\":\"2026-03-31T12:00:00+00:00\",\"event\":\"journal\",\"operation\":\"Remove\"}\n")]
    [InlineData("{\"time\":\"2026-03-31T12:00:00+00:00\",\"event\":\"journal\",\"accounts\":[]}\n")]
    public void Open_FileIsNotAJournal_ThrowsAndKeepsFile(string content)
    {
        _file.Text = content;

        var error = Assert.Throws<ApiTokenException>(() => _file.Open("Remove", _connection));

        Assert.Equal(("JournalMismatch", ErrorKind.InvalidOperation), (error.ErrorId, error.Kind));
        Assert.Contains(_file.Path, error.Message);
        Assert.Equal(content, _file.Text);
    }

    [Fact]
    public async Task Open_InvalidLine_ThrowsAndKeepsFile()
    {
        await _file.RunAsync("Remove", On("1", Nothing));
        string corrupted = _file.Text + "what is this\n";
        _file.Text = corrupted;

        Assert.Equal("JournalMismatch", Assert.Throws<ApiTokenException>(() => _file.Open("Remove", _connection)).ErrorId);
        Assert.Equal(corrupted, _file.Text);
    }

    [Theory]
    [InlineData("Remove", true)]
    [InlineData("Disable", false)]
    public async Task WasDoneBefore_OperationOfEarlierRun_IsTrueIfItCannotBeUndone(string name, bool expected)
    {
        await _file.RunAsync(name, On("1", Nothing));
        using var runner = new OperationRunner(1, new ReportOutput(), secrets: null, _file.Open(name, _connection));

        Assert.Equal(expected, runner.WasDoneBefore(Operation("1")));
        Assert.False(runner.WasDoneBefore(Operation("2")));
        using var withoutJournal = new OperationRunner(1, new ReportOutput());
        Assert.False(withoutJournal.WasDoneBefore(Operation("1")));

        Operation Operation(string id) => name == "Remove"
            ? new RemoveOperation(_connection, new ApiToken { Id = id })
            : new SetEnabledOperation(_connection, new ApiToken { Id = id }, enabled: false);
    }

    // Another program may have written the line again, with its fields in another order.
    [Fact]
    public void Open_HeaderHasAnotherOrderOfFields_IsAccepted()
    {
        _file.Text = """{ "event": "journal", "accounts": ["Devo acme https://one.example/"], "operation": "Remove" }""" + "\n";

        using JournalWriter journal = _file.Open("Remove", _connection);

        journal.Check(_connection.AccountIdentity);
    }

    // An operation that was refused before any request must not claim the journal.
    [Theory]
    [InlineData("Disable", "acme")]
    [InlineData("Remove", "zenith")]
    [InlineData("New", "zenith")]
    public async Task Open_JournalWithoutOperations_BelongsToTheNewRun(string operation, string account)
    {
        _file.Open(operation, _clock, await ConnectAsync(account, "other")).Dispose();

        await _file.RunAsync("Remove", On("1", Nothing));

        Assert.Equal("Remove", Text(_file.Lines[0], "operation"));
        Assert.Equal("[\"Devo acme https://one.example/\"]", _file.Lines[0].GetProperty("accounts").GetRawText());
        Assert.Equal(["journal", "start", "end"], _file.Lines.Select(line => Text(line, "event")));
    }

    [Fact]
    public void Open_JournalWithoutOperationsOfTheSameRun_IsUnchanged()
    {
        _file.Open("Remove", _clock, _connection).Dispose();
        string before = _file.Text;
        _clock.Advance(TimeSpan.FromHours(1));

        _file.Open("Remove", _clock, _connection).Dispose();

        Assert.Equal(before, _file.Text);
    }

    [Fact]
    public async Task Open_JournalOfAnotherOperation_ThrowsAndKeepsFile()
    {
        await _file.RunAsync("Remove", On("1", Nothing));
        string before = _file.Text;

        var error = Assert.Throws<ApiTokenException>(() => _file.Open("Disable", _connection));

        Assert.Equal("JournalMismatch", error.ErrorId);
        Assert.Contains("Remove", error.Message);
        Assert.Contains("Disable", error.Message);
        Assert.Equal(before, _file.Text);
    }

    [Fact]
    public async Task Run_JournalOfAnotherAccount_ThrowsAndKeepsFile()
    {
        await _file.RunAsync("Remove", On("1", Nothing));
        string before = _file.Text;
        TokenConnection other = await ConnectAsync("zenith");
        bool ran = false;

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => _file.RunAsync("Remove", new TestOperation(other, "1", "x", "t", Count(() => ran = true))));

        Assert.Equal("JournalMismatch", error.ErrorId);
        Assert.Contains("belongs to Devo acme https://one.example/, not to Devo zenith", error.Message);
        Assert.Equal("Use a separate journal for each account.", error.RecommendedAction);
        Assert.False(ran);
        Assert.Equal(before, _file.Text);
    }

    [Fact]
    public async Task Resume_AccountInDifferentCase_IsSkipped()
    {
        await _file.RunAsync("Remove", On("1", Nothing));
        TokenConnection same = await ConnectAsync("ACME");
        bool ran = false;

        RunResult result = await _file.RunAsync("Remove", new TestOperation(same, "1", "x", "t", Count(() => ran = true)));

        Assert.Equal(1, result.Summary.Skipped);
        Assert.False(ran);
    }

    [Fact]
    public async Task Resume_SameIdInAnotherAccount_IsNotSkipped()
    {
        TokenConnection other = await ConnectAsync("zenith");
        using (JournalWriter journal = _file.Open("Remove", _connection, other))
        {
            await RunResult.RunAsync(journal, On("1", Nothing));
        }

        RunResult result = await _file.RunAsync("Remove", On("1", Nothing), new TestOperation(other, "1", "x", "t", Nothing));

        Assert.Equal((1, 1), (result.Summary.Done, result.Summary.Skipped));
    }

    [Fact]
    public void Open_AlreadyOpen_Throws()
    {
        using JournalWriter first = _file.Open("Remove", _connection);

        var error = Assert.Throws<ApiTokenException>(() => _file.Open("Remove", _connection));

        Assert.Equal("JournalNotOpened", error.ErrorId);
        Assert.Contains(_file.Path, error.Message);
        first.Dispose();
        _file.Open("Remove", _connection).Dispose();
    }

    [Fact]
    public void Open_PathIsNotAFile_Throws()
    {
        string nowhere = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "journal");

        foreach (string path in (string[])[nowhere, Path.GetTempPath(), "a\0b"])
        {
            Assert.Equal(
                "JournalNotOpened",
                Assert.Throws<ApiTokenException>(() => JournalFile.Open(path, "Remove", _clock, _connection)).ErrorId);
        }
    }

    [Fact]
    public async Task Run_TokenIssued_WritesNoSecret()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Json("""{"id":4,"name":"ci","user":"u","audience":"apiv2","token":"5ecre75ecre75ecre75ecre75ecre75e"}""", 201)
            .Respond(401, $$$"""{"error":{"message":"the token {{{TestConnections.Secret}}} is not valid"}}""");
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");
        var request = new NewTokenRequest { Name = "ci", User = "u", Audience = ["apiv2"], Scope = ["table://my.app.**", "level://admin"] };

        for (int i = 1; i <= 2; i++)
        {
            await _file.RunAsync("New", new IssueOperation(connection, request, i));
        }

        Assert.Equal(["start", "issued", "delivered", "end done", "start", "end failed"], _file.Events);
        Assert.DoesNotContain("5ecre7", _file.Text);
        Assert.DoesNotContain(TestConnections.Secret[..8], _file.Text);
    }

    [Theory]
    [InlineData("say \"when\"")]
    [InlineData("two\nlines\r\nand a tab\t")]
    [InlineData("🗝️ schlüssel ключ 鍵 \u2028 \u202e")]
    [InlineData("back\\slash {\"event\":\"end\"}")]
    [InlineData("")]
    public async Task Resume_UnusualNameAndId_AreWrittenOnOneLineAndRecognized(string text)
    {
        await _file.RunAsync("Remove", On("id " + text, Nothing, name: text));

        RunResult second = await _file.RunAsync("Remove", On("id " + text, Nothing, name: text), On("other", Nothing));

        Assert.Equal((1, 1), (second.Summary.Skipped, second.Summary.Done));
        Assert.Equal(["start", "end done", "start", "end done"], _file.Events);
        Assert.Equal(text, Text(_file.Lines[1], "name"));
    }

    [Fact]
    public async Task Resume_TenThousandOperations_UsesOutcomeOfEach()
    {
        const int Count = 10_000;
        using (JournalWriter journal = _file.Open("Remove", _clock, _connection))
        {
            for (int i = 0; i < Count; i++)
            {
                Operation operation = On($"{i}", Nothing, name: $"token {i}");
                journal.Start(operation);
                journal.End(operation, (i % 4) switch { 0 => "failed", 1 => "unknown", _ => "done" }, errorId: null, correlationId: null);
            }
        }

        int attempts = 0;
        int checks = 0;
        RunResult result = await _file.RunAsync(
            "Remove",
            [
                .. Enumerable.Range(0, Count).Select(i => On(
                    $"{i}",
                    JournalTests.Count(() => Interlocked.Increment(ref attempts)),
                    isDone: () => Interlocked.Increment(ref checks) > 0)),
            ]);

        Assert.Equal((Count / 4, Count / 4), (attempts, checks));
        Assert.Equal((Count / 4, 0, 3 * Count / 4), (result.Summary.Done, result.Summary.Failed, result.Summary.Skipped));
    }

    [Fact]
    public void ResumeState_InterruptedRuns_KeepsStageAndFirstStart()
    {
        Operation operation = On("7", Nothing);
        DateTimeOffset startedAt = _clock.GetUtcNow();
        _file.WriteInterruptedRun("Reset", _clock, operation, journal => journal.Start(operation));
        _clock.Advance(TimeSpan.FromHours(1));
        _file.WriteInterruptedRun("Reset", _clock, operation, journal => journal.Start(operation));
        Assert.Equal(new OperationProgress(JournalStage.Started, startedAt, null) { Name = operation.Name }, ProgressOf(operation));

        _file.WriteInterruptedRun("Reset", _clock, operation, journal => journal.Issued(operation, "42"));
        _file.WriteInterruptedRun("Reset", _clock, operation, journal => journal.Start(operation));
        Assert.Equal(new OperationProgress(JournalStage.Issued, startedAt, "42") { Name = operation.Name }, ProgressOf(operation));

        _file.WriteInterruptedRun("Reset", _clock, operation, journal => journal.Delivered(operation, "42"));
        _file.WriteInterruptedRun("Reset", _clock, operation, journal =>
        {
            journal.Start(operation);
            journal.End(operation, "failed", errorId: null, correlationId: null);
        });
        Assert.Equal(new OperationProgress(JournalStage.Delivered, startedAt, "42") { Name = operation.Name }, ProgressOf(operation));
    }

    [Fact]
    public void ResumeState_FailedOperation_UsesStartOfNextAttempt()
    {
        Operation operation = On("7", Nothing);
        _file.WriteInterruptedRun("Reset", _clock, operation, journal =>
        {
            journal.Start(operation);
            journal.End(operation, "failed", errorId: null, correlationId: null);
        });
        Assert.Equal(OperationProgress.None, ProgressOf(operation));
        _clock.Advance(TimeSpan.FromHours(1));

        _file.WriteInterruptedRun("Reset", _clock, operation, journal => journal.Start(operation));

        Assert.Equal(_clock.GetUtcNow(), ProgressOf(operation).StartedAt);
    }

    private static Func<OperationContext, Task> Count(Action count) => _ =>
    {
        count();
        return Task.CompletedTask;
    };

    private static string? Text(JsonElement line, string field) => line.GetProperty(field).GetString();

    private static IssuedToken Issued(string id) => new(new ApiToken { Id = id, Name = "ci" }, SecretText.ToSecureString("thesecret"));

    private static ApiTokenException PermissionDenied() => new(ErrorKind.PermissionDenied, "no") { CorrelationId = "cid-1" };

    private static ApiTokenException Lost() => new(ErrorKind.ConnectionError, "no response") { OutcomeUnknown = true };

    private static Task<TokenConnection> ConnectAsync(string account, string? name = null) => TokenConnection.ConnectAsync(
        new ConnectionRequest
        {
            Service = "Devo",
            Account = account,
            Name = name,
            BaseUri = new Uri("https://one.example"),
            Secret = SecretText.ToSecureString("s"),
            SkipCheck = true,
        },
        default);

    private OperationProgress ProgressOf(Operation operation)
    {
        using JournalWriter journal = _file.Open("Reset", _clock, _connection);
        return journal.ResumeState.ProgressOf(operation.KeyIn(journal));
    }

    private async Task AssertResumeChecksAsync(bool done)
    {
        int checks = 0;
        int attempts = 0;

        RunResult result = await _file.RunAsync("Remove", On("7", Count(() => attempts++), isDone: () => ++checks > 0 && done));
        Assert.Equal((1, done ? 0 : 1), (checks, attempts));
        Assert.Equal((done ? 0 : 1, done ? 1 : 0), (result.Summary.Done, result.Summary.Skipped));

        RunResult third = await _file.RunAsync(
            "Remove", On("7", Count(() => attempts++), isDone: () => throw new InvalidOperationException("checked")));
        Assert.Equal(1, third.Summary.Skipped);
    }

    private TestOperation On(string key, Func<OperationContext, Task> work, string name = "x", Func<bool>? isDone = null) =>
        new(_connection, key, name, "target", work) { IsDone = isDone is null ? null : _ => Task.FromResult(isDone()) };
}
