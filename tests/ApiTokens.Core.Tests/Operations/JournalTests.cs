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
    public async Task The_first_line_says_what_it_is_for()
    {
        TokenConnection other = await ConnectAsync("zenith", "other");

        _file.Open("Remove", _clock, other, _connection).Dispose();

        JsonElement header = Assert.Single(_file.Lines);
        Assert.Equal(
            """{"time":"2026-03-31T12:00:00+00:00","event":"journal","operation":"Remove","accounts":["Devo acme https://one.example/","Devo zenith https://one.example/"]}""",
            header.GetRawText());
    }

    [Fact]
    public async Task An_operation_leaves_a_start_and_an_end()
    {
        await _file.RunAsync("Remove", _clock, On("7", Nothing, name: "ci"));

        Assert.Equal(["start", "end done"], _file.Events);
        JsonElement start = _file.Lines[1];
        Assert.Equal(
            """{"time":"2026-03-31T12:00:00+00:00","event":"start","operation":"Remove","connection":"devo","service":"Devo","account":"acme","baseUri":"https://one.example","id":"7","name":"ci"}""",
            start.GetRawText());
        Assert.Equal("7", _file.Lines[2].GetProperty("id").GetString());
    }

    [Fact]
    public async Task What_is_issued_is_there_before_its_secret_leaves_and_again_when_it_has_arrived()
    {
        string whileTaken = string.Empty;
        using (var runner = new TestRunner(1, _file.Open("New", _connection)))
        {
            runner.Add(On("f-1", context => context.DeliverAsync(Issued("42"))), Take);
            runner.Complete(Take);
        }

        Assert.Equal("issued", JournalFile.Parse(whileTaken)[^1].GetProperty("event").GetString());
        Assert.Equal("42", JournalFile.Parse(whileTaken)[^1].GetProperty("issuedId").GetString());
        Assert.Equal(["start", "issued", "delivered", "end done"], _file.Events);
        Assert.Equal("42", _file.Lines[3].GetProperty("issuedId").GetString());
        Assert.DoesNotContain("thesecret", _file.Text);
        await Task.CompletedTask;

        void Take(Report report) => whileTaken = _file.ReadWhileOpen();
    }

    [Fact]
    public async Task The_start_is_in_the_file_before_the_request_begins()
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
    public async Task A_failure_is_noted_with_its_id_and_correlation_id()
    {
        RunResult result = await _file.RunAsync("Remove", On("7", _ => throw Refused()));

        Assert.Equal("PermissionDenied", Assert.IsType<ApiTokenException>(result.Error).ErrorId);
        JsonElement end = _file.Lines[2];
        Assert.Equal(
            ("end", "failed", "PermissionDenied", "cid-1"),
            (Text(end, "event"), Text(end, "outcome"), Text(end, "errorId"), Text(end, "correlationId")));
    }

    [Fact]
    public async Task The_correlation_id_of_a_success_is_the_services_last()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Answer(500, headers: ("x-devo-cid", "cid-1")).Answer(204, headers: ("x-devo-cid", "cid-2"));
        TokenConnection connection = await Connecting.ToAsync(server, "Devo");

        RunResult result = await _file.RunAsync("Remove", new TestOperation(connection, "7", "ci", "t", context => connection.Tokens.RemoveAsync("7", context.CancellationToken)));

        Assert.Equal("cid-2", Text(_file.Lines[2], "correlationId"));
        Assert.Equal((1, 1), (result.Summary.Done, result.Summary.Retried));
    }

    [Fact]
    public async Task A_failure_whose_outcome_is_not_known_is_noted_as_unknown()
    {
        await _file.RunAsync("Remove", On("7", _ => throw Lost()));

        Assert.Equal(["start", "end unknown"], _file.Events);
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_a_request_is_noted_as_unknown()
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
    public async Task What_is_done_is_not_done_again()
    {
        await _file.RunAsync("Remove", On("1", Nothing), On("2", Nothing));
        var again = new List<string>();

        RunResult result = await _file.RunAsync("Remove", On("1", Note), On("2", Note), On("3", Note));

        Assert.Equal((1, 0, 2), (result.Summary.Done, result.Summary.Failed, result.Summary.Skipped));
        Assert.Equal(["3"], again);
        Assert.Equal(3, _file.Events.Count(each => each == "end done"));

        Task Note(OperationContext context)
        {
            again.Add("3");
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task What_failed_is_tried_again_without_asking()
    {
        await _file.RunAsync("Remove", On("7", _ => throw Refused()));
        int tried = 0;

        RunResult result = await _file.RunAsync("Remove", On("7", Count(() => tried++), isDone: () => throw new InvalidOperationException("asked")));

        Assert.Equal((1, 1), (tried, result.Summary.Done));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_started_and_has_no_end_is_asked_about(bool done)
    {
        _file.Leave("Remove", _clock, On("7", Nothing), journal => journal.Start(On("7", Nothing)));

        await ResumeAskingAsync(done);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_ended_without_being_known_is_asked_about(bool done)
    {
        await _file.RunAsync("Remove", On("7", _ => throw Lost()));

        await ResumeAskingAsync(done);
    }

    [Fact]
    public async Task What_cannot_be_asked_about_stays_to_be_asked_about()
    {
        _file.Leave("Remove", _clock, On("7", Nothing), journal => journal.Start(On("7", Nothing)));
        int tried = 0;

        RunResult result = await _file.RunAsync("Remove", On("7", Count(() => tried++), isDone: () => throw Lost()));
        Assert.Equal((0, 1), (tried, result.Summary.Failed));

        await ResumeAskingAsync(done: true);
    }

    [Theory]
    [InlineData("""{"time":"2026-03-31T12:00:00+00:00","event":"st""")]
    [InlineData("{")]
    [InlineData("\0\0\0\0")]
    public async Task A_torn_last_line_is_dropped_and_written_over(string torn)
    {
        await _file.RunAsync("Remove", On("1", Nothing));
        string whole = _file.Text;
        _file.Text = whole + torn;

        RunResult result = await _file.RunAsync("Remove", On("1", Nothing), On("2", Nothing));

        Assert.Equal((1, 1), (result.Summary.Done, result.Summary.Skipped));
        Assert.StartsWith(whole, _file.Text);
        Assert.Equal(["start", "end done", "start", "end done"], _file.Events);
    }

    [Fact]
    public async Task An_end_torn_off_leaves_a_start_to_be_asked_about()
    {
        await _file.RunAsync("Remove", On("7", Nothing));
        string text = _file.Text;
        _file.Text = text[..^3];

        await ResumeAskingAsync(done: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"time\":\"2026-03-31T12:00")]
    [InlineData("{\"time\":\"2026-03-31T12:00:00+00:00\",\"event\":\"jour")]
    [InlineData("{\"time\":\"2026-03-31T12:00:00+00:00\",\"event\":\"journal\",\"operation\":\"Remove\",\"acc")]
    public async Task A_torn_first_line_is_written_anew(string torn)
    {
        _file.Text = torn;

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
    public void What_is_no_journal_is_refused_and_left_as_it_is(string content)
    {
        _file.Text = content;

        var error = Assert.Throws<ApiTokenException>(() => _file.Open("Remove", _connection));

        Assert.Equal(("JournalMismatch", ErrorKind.InvalidOperation), (error.ErrorId, error.Kind));
        Assert.Contains(_file.Path, error.Message);
        Assert.Equal(content, _file.Text);
    }

    [Fact]
    public async Task A_line_that_is_no_journals_is_refused_and_left_as_it_is()
    {
        await _file.RunAsync("Remove", On("1", Nothing));
        string spoilt = _file.Text + "what is this\n";
        _file.Text = spoilt;

        Assert.Equal("JournalMismatch", Assert.Throws<ApiTokenException>(() => _file.Open("Remove", _connection)).ErrorId);
        Assert.Equal(spoilt, _file.Text);
    }

    [Fact]
    public async Task A_journal_of_another_operation_is_refused_and_left_as_it_is()
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
    public async Task A_journal_of_another_account_is_refused_and_left_as_it_is()
    {
        await _file.RunAsync("Remove", On("1", Nothing));
        string before = _file.Text;
        TokenConnection other = await ConnectAsync("zenith");
        bool ran = false;

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => _file.RunAsync("Remove", new TestOperation(other, "1", "x", "t", Count(() => ran = true))));

        Assert.Equal("JournalMismatch", error.ErrorId);
        Assert.Contains("Devo zenith", error.Message);
        Assert.False(ran);
        Assert.Equal(before, _file.Text);
    }

    [Fact]
    public async Task An_account_is_the_same_in_any_case()
    {
        await _file.RunAsync("Remove", On("1", Nothing));
        TokenConnection same = await ConnectAsync("ACME");
        bool ran = false;

        RunResult result = await _file.RunAsync("Remove", new TestOperation(same, "1", "x", "t", Count(() => ran = true)));

        Assert.Equal(1, result.Summary.Skipped);
        Assert.False(ran);
    }

    [Fact]
    public async Task The_same_id_in_another_account_is_another_token()
    {
        TokenConnection other = await ConnectAsync("zenith");
        using (JournalWriter journal = _file.Open("Remove", _connection, other))
        {
            await RunResult.OfAsync(journal, On("1", Nothing));
        }

        RunResult result = await _file.RunAsync("Remove", On("1", Nothing), new TestOperation(other, "1", "x", "t", Nothing));

        Assert.Equal((1, 1), (result.Summary.Done, result.Summary.Skipped));
    }

    [Fact]
    public void A_second_writer_is_kept_out()
    {
        using JournalWriter first = _file.Open("Remove", _connection);

        var error = Assert.Throws<ApiTokenException>(() => _file.Open("Remove", _connection));

        Assert.Equal("JournalNotOpened", error.ErrorId);
        Assert.Contains(_file.Path, error.Message);
        first.Dispose();
        _file.Open("Remove", _connection).Dispose();
    }

    [Fact]
    public void A_path_that_cannot_be_a_file_is_refused_by_name()
    {
        string nowhere = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "journal");

        Assert.Equal("JournalNotOpened", Assert.Throws<ApiTokenException>(() => JournalWriter.Open(nowhere, "Remove", [_connection.AccountIdentity], _clock)).ErrorId);
        Assert.Equal("JournalNotOpened", Assert.Throws<ApiTokenException>(() => JournalWriter.Open(Path.GetTempPath(), "Remove", [_connection.AccountIdentity], _clock)).ErrorId);
    }

    [Fact]
    public async Task It_holds_no_secret()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Json("""{"id":4,"name":"ci","user":"u","audience":"apiv2","token":"5ecre75ecre75ecre75ecre75ecre75e"}""", 201)
            .Answer(401, $$$"""{"error":{"message":"the token {{{Connecting.Secret}}} is not valid"}}""");
        TokenConnection connection = await Connecting.ToAsync(server, "Devo");
        var wanted = new NewTokenRequest { Name = "ci", User = "u", Audience = ["apiv2"] };

        for (int i = 1; i <= 2; i++)
        {
            await _file.RunAsync("New", new IssueOperation(connection, wanted, i));
        }

        Assert.Equal(["start", "issued", "delivered", "end done", "start", "end failed"], _file.Events);
        Assert.DoesNotContain("5ecre7", _file.Text);
        Assert.DoesNotContain(Connecting.Secret[..8], _file.Text);
    }

    [Theory]
    [InlineData("say \"when\"")]
    [InlineData("two\nlines\r\nand a tab\t")]
    [InlineData("🗝️ schlüssel ключ 鍵 \u2028 \u202e")]
    [InlineData("back\\slash {\"event\":\"end\"}")]
    [InlineData("")]
    public async Task Any_name_and_id_stays_one_line_and_is_known_again(string text)
    {
        await _file.RunAsync("Remove", On("id " + text, Nothing, name: text));

        RunResult again = await _file.RunAsync("Remove", On("id " + text, Nothing, name: text), On("other", Nothing));

        Assert.Equal((1, 1), (again.Summary.Skipped, again.Summary.Done));
        Assert.Equal(["start", "end done", "start", "end done"], _file.Events);
        Assert.Equal(text, Text(_file.Lines[1], "name"));
    }

    [Fact]
    public async Task Ten_thousand_operations_are_read_again_each_with_its_own_end()
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

        int tried = 0;
        int asked = 0;
        RunResult result = await _file.RunAsync(
            "Remove",
            [.. Enumerable.Range(0, Count).Select(i => On($"{i}", JournalTests.Count(() => Interlocked.Increment(ref tried)), isDone: () => Interlocked.Increment(ref asked) > 0))]);

        Assert.Equal((Count / 4, Count / 4), (tried, asked));
        Assert.Equal((Count / 4, 0, 3 * Count / 4), (result.Summary.Done, result.Summary.Failed, result.Summary.Skipped));
    }

    [Fact]
    public void An_interrupted_operation_keeps_how_far_it_came_and_when_it_first_began()
    {
        Operation operation = On("7", Nothing);
        DateTimeOffset began = _clock.GetUtcNow();
        _file.Leave("Reset", _clock, operation, journal => journal.Start(operation));
        _clock.Advance(TimeSpan.FromHours(1));
        _file.Leave("Reset", _clock, operation, journal => journal.Start(operation));
        Assert.Equal(new OperationProgress(JournalStage.Started, began, null), StateOf(operation));

        _file.Leave("Reset", _clock, operation, journal => journal.Issued(operation, "42"));
        _file.Leave("Reset", _clock, operation, journal => journal.Start(operation));
        Assert.Equal(new OperationProgress(JournalStage.Issued, began, "42"), StateOf(operation));

        _file.Leave("Reset", _clock, operation, journal => journal.Delivered(operation, "42"));
        _file.Leave("Reset", _clock, operation, journal =>
        {
            journal.Start(operation);
            journal.End(operation, "failed", errorId: null, correlationId: null);
        });
        Assert.Equal(new OperationProgress(JournalStage.Delivered, began, "42"), StateOf(operation));
    }

    [Fact]
    public void A_failure_ends_what_was_started_and_the_next_start_counts_anew()
    {
        Operation operation = On("7", Nothing);
        _file.Leave("Reset", _clock, operation, journal =>
        {
            journal.Start(operation);
            journal.End(operation, "failed", errorId: null, correlationId: null);
        });
        Assert.Equal(OperationProgress.None, StateOf(operation));
        _clock.Advance(TimeSpan.FromHours(1));

        _file.Leave("Reset", _clock, operation, journal => journal.Start(operation));

        Assert.Equal(_clock.GetUtcNow(), StateOf(operation).StartedAt);
    }

    private static Func<OperationContext, Task> Count(Action count) => _ =>
    {
        count();
        return Task.CompletedTask;
    };

    private static string? Text(JsonElement line, string field) => line.GetProperty(field).GetString();

    private static IssuedToken Issued(string id) => new(new ApiToken { Id = id, Name = "ci" }, SecretText.ToSecureString("thesecret"));

    private static ApiTokenException Refused() => new(ErrorKind.PermissionDenied, "no") { CorrelationId = "cid-1" };

    private static ApiTokenException Lost() => new(ErrorKind.ConnectionError, "no answer") { OutcomeUnknown = true };

    private static Task<TokenConnection> ConnectAsync(string account, string? name = null) => TokenConnection.ConnectAsync(
        new ConnectionRequest { Service = "Devo", Account = account, Name = name, BaseUri = new Uri("https://one.example"), Secret = SecretText.ToSecureString("s"), SkipCheck = true },
        default);

    private OperationProgress StateOf(Operation operation)
    {
        using JournalWriter journal = _file.Open("Reset", _clock, _connection);
        return journal.ResumeState.ProgressOf("Reset", operation.Identity);
    }

    private async Task ResumeAskingAsync(bool done)
    {
        int asked = 0;
        int tried = 0;

        RunResult result = await _file.RunAsync("Remove", On("7", Count(() => tried++), isDone: () => ++asked > 0 && done));
        Assert.Equal((1, done ? 0 : 1), (asked, tried));
        Assert.Equal((done ? 0 : 1, done ? 1 : 0), (result.Summary.Done, result.Summary.Skipped));

        RunResult third = await _file.RunAsync("Remove", On("7", Count(() => tried++), isDone: () => throw new InvalidOperationException("asked")));
        Assert.Equal(1, third.Summary.Skipped);
    }

    private TestOperation On(string key, Func<OperationContext, Task> work, string name = "x", Func<bool>? isDone = null) =>
        new(_connection, key, name, "target", work) { IsDone = isDone is null ? null : _ => Task.FromResult(isDone()) };
}
