using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

public sealed class JournalWriterTests
{
    [Fact]
    public async Task Deliver_JournalNoLongerWritable_DeliversSecretAndReportsToken()
    {
        TokenConnection connection = await ConnectAsync("https://one.example");
        var file = new NetworkFile();
        JournalWriter journal = JournalWriter.Open(file, "journal.jsonl", "New", [connection.AccountIdentity], TimeProvider.System);
        var issued = new IssuedToken(new ApiToken { Id = "42", Name = "ci" }, SecretText.ToSecureString("thesecret"));

        RunResult result = await RunResult.RunAsync(journal, new TestOperation(connection, "f", "ci", "ci", context =>
        {
            file.IsUnavailable = true;
            return context.DeliverAsync(issued);
        }));

        var error = Assert.IsType<ApiTokenException>(result.Error);
        Assert.Equal(ErrorIds.JournalNotWritten, error.ErrorId);
        Assert.Contains("'ci' (42)", error.Message);
        Assert.Same(issued, Assert.Single(result.Outputs));
    }

    [Theory]
    [InlineData("issued")]
    [InlineData("delivered")]
    public async Task Deliver_OneLineCannotBeWritten_ReportsIt(string line)
    {
        TokenConnection connection = await ConnectAsync("https://one.example");
        JournalWriter journal = JournalWriter.Open(
            new FileWithout($"\"{line}\""), "journal.jsonl", "New", [connection.AccountIdentity], TimeProvider.System);
        var issued = new IssuedToken(new ApiToken { Id = "42", Name = "ci" }, SecretText.ToSecureString("thesecret"));

        RunResult result = await RunResult.RunAsync(
            journal, new TestOperation(connection, "f", "ci", "ci", context => context.DeliverAsync(issued)));

        Assert.Equal(ErrorIds.JournalNotWritten, Assert.IsType<ApiTokenException>(result.Error).ErrorId);
        Assert.Same(issued, Assert.Single(result.Outputs));
    }

    [Fact]
    public async Task Deliver_SecretIsSaved_ReturnsTokenWithoutSecret()
    {
        TokenConnection connection = await ConnectAsync("https://one.example");
        var issued = new IssuedToken(new ApiToken { Id = "42", Name = "ci" }, SecretText.ToSecureString("thesecret"));
        using var file = new JournalFile();
        var saved = new List<IssuedToken>();

        RunResult result = await RunResult.RunAsync(
            file.Open("New", connection),
            new DelegateSink(token =>
            {
                saved.Add(token);
                return Task.CompletedTask;
            }),
            new TestOperation(connection, "f", "ci", "ci", context => context.DeliverAsync(issued)));

        Assert.Same(issued, Assert.Single(saved));
        ApiToken returned = Assert.IsType<ApiToken>(Assert.Single(result.Outputs));
        Assert.Equal("42", returned.Id);
    }

    // Without the start of an operation that issues a token, a later run would not search for the token.
    [Theory]
    [InlineData("issue", true)]
    [InlineData("reset", true)]
    [InlineData("remove", false)]
    public async Task Run_FirstRequest_IsSentAfterStartIsOnDiskIfATokenIsIssued(string kind, bool expected)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Devo");
        string path = Path.GetTempFileName();
        var file = new FileWithFlushes(path);
        JournalWriter journal = JournalWriter.Open(file, path, kind, [connection.AccountIdentity], TimeProvider.System);
        file.TakeFlush();
        bool? flushed = null;
        server.DefaultHandler = context =>
        {
            flushed ??= file.TakeFlush();
            return ScriptedServer.WriteAsync(context, 400, "{}");
        };
        ApiToken token = connection.CreateReference("3", "ci");

        await RunResult.RunAsync(journal, kind switch
        {
            "issue" => new IssueOperation(connection, FaultySandbox.New("Devo", "ci")),
            "reset" => TestOperations.Reset(connection, token),
            _ => new RemoveOperation(connection, token) { AllowOwnToken = true },
        });

        Assert.Equal(expected, flushed);
        File.Delete(path);
    }

    [Fact]
    public async Task Write_ShareIsBackAfterIncompleteLine_WritesReadableJournal()
    {
        TokenConnection connection = await ConnectAsync("https://one.example");
        var file = new NetworkFile();
        var operation = new TestOperation(connection, "1", "x", "target", _ => Task.CompletedTask);
        JournalWriter journal = JournalWriter.Open(file, "journal.jsonl", "New", [connection.AccountIdentity], TimeProvider.System);
        file.IsUnavailable = true;
        var error = Assert.Throws<ApiTokenException>(() => journal.Start(operation));
        Assert.Equal((ErrorIds.JournalNotWritten, "JournalPath"), (error.ErrorId, error.Field?.Name));
        Assert.Contains("The network name cannot be found", error.Message);
        Assert.Null(ErrorText.FindDefect(error));
        file.IsUnavailable = false;

        journal.Start(operation);
        journal.End(operation, "done", errorId: null, correlationId: null);

        using var copy = new MemoryStream(file.ToArray());
        Assert.Equal(["start", "end"], JournalReader.Read(copy, "journal.jsonl").Entries.Select(entry => entry.Event));
    }

    [Fact]
    public async Task Open_FileCannotBeTruncated_ReportsIt()
    {
        TokenConnection connection = await ConnectAsync("https://one.example");
        using var file = new NetworkFile { IsUnavailable = true };

        var error = Assert.Throws<ApiTokenException>(
            () => JournalWriter.Open(file, "journal.jsonl", "New", [connection.AccountIdentity], TimeProvider.System));

        Assert.Equal(ErrorIds.JournalNotOpened, error.ErrorId);
        Assert.Contains("The network name cannot be found", error.Message);
        Assert.Null(ErrorText.FindDefect(error));
        Assert.False(file.CanWrite);
    }

    [Fact]
    public async Task Open_FileIsNotAJournal_ClosesIt()
    {
        TokenConnection connection = await ConnectAsync("https://one.example");
        using var file = new MemoryStream("no journal"u8.ToArray());

        Assert.Throws<ApiTokenException>(
            () => JournalWriter.Open(file, "journal.jsonl", "New", [connection.AccountIdentity], TimeProvider.System));

        Assert.False(file.CanRead);
    }

    // A later run depends on these lines also after a power failure: it would issue a token again, or not retire an old one.
    [Fact]
    public async Task Write_LineThatALaterRunDependsOn_IsFlushedToDisk()
    {
        TokenConnection connection = await ConnectAsync("https://one.example");
        string path = Path.GetTempFileName();
        var file = new FileWithFlushes(path);
        var subject = new JournalSubject(new JournalKey("Reset", connection.GetIdentity("1")), "ci", "devo");

        using (JournalWriter journal = JournalWriter.Open(file, path, "Reset", [connection.AccountIdentity], TimeProvider.System))
        {
            Assert.True(file.TakeFlush());
            await AssertFlushedAsync(expected: true, () => journal.StartAsync(subject, issuesToken: true));
            await AssertFlushedAsync(expected: true, () => journal.IssuingAsync(subject, "new"));
            await AssertFlushedAsync(expected: true, () => journal.IssuedAsync(subject, "2"));
            await AssertFlushedAsync(expected: true, () => journal.DeliveredAsync(subject, "2"));
            await AssertFlushedAsync(expected: true, () => journal.VerifiedAsync(subject, "2"));
            await AssertFlushedAsync(expected: true, () => journal.UnverifiedAsync(subject, "2"));
            await AssertFlushedAsync(expected: true, () => journal.DueAsync(subject, "2", DateTimeOffset.UnixEpoch, OldTokenAction.Remove));

            // Thousands of removals must not wait for the disk.
            await AssertFlushedAsync(expected: false, () => journal.StartAsync(subject));
            journal.End(subject, "done", errorId: null, correlationId: null);
            Assert.False(file.TakeFlush());
        }

        File.Delete(path);

        async Task AssertFlushedAsync(bool expected, Func<Task> write)
        {
            await write();
            Assert.Equal(expected, file.TakeFlush());
        }
    }

    [Fact]
    public async Task Run_SameAccountAtAnotherAddress_IsNotSkipped()
    {
        using var file = new JournalFile();
        TokenConnection staging = await ConnectAsync("https://staging.example");
        TokenConnection production = await ConnectAsync("https://production.example");
        int done = 0;
        using (JournalWriter journal = file.Open("Remove", staging, production))
        {
            await RunResult.RunAsync(journal, On(staging));
        }

        RunResult result = await file.RunAsync("Remove", On(production));

        Assert.Equal((2, 1, 0), (done, result.Summary.Done, result.Summary.Skipped));

        TestOperation On(TokenConnection connection) => new(connection, "1", "x", "target", _ =>
        {
            done++;
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task Run_JournalOfAnotherAddress_IsRejected()
    {
        using var file = new JournalFile();
        TokenConnection staging = await ConnectAsync("https://staging.example");
        TokenConnection production = await ConnectAsync("https://production.example");
        await file.RunAsync("Remove", new TestOperation(staging, "1", "x", "target", _ => Task.CompletedTask));

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => file.RunAsync("Remove", new TestOperation(production, "1", "x", "target", _ => Task.CompletedTask)));

        Assert.Equal(ErrorIds.JournalMismatch, error.ErrorId);
        Assert.Contains("https://production.example", error.Message);
    }

    [Fact]
    public async Task Run_AddressEndsWithSlash_IsTheSameAccount()
    {
        using var file = new JournalFile();
        TokenConnection without = await ConnectAsync("https://one.example/devo");
        TokenConnection with = await ConnectAsync("https://one.example/devo/");
        await file.RunAsync("Remove", On(without));

        RunResult result = await file.RunAsync("Remove", On(with));

        Assert.Equal(without.AccountIdentity, with.AccountIdentity);
        Assert.Equal((0, 1), (result.Summary.Done, result.Summary.Skipped));

        static TestOperation On(TokenConnection connection) => new(connection, "1", "x", "target", _ => Task.CompletedTask);
    }

    private static Task<TokenConnection> ConnectAsync(string address) => TestConnections.ConnectAsync(new Uri(address), "Devo");

    private sealed class FileWithFlushes(string path) : FileStream(path, FileMode.Open, FileAccess.ReadWrite)
    {
        private bool _flushed;

        /// <summary>Returns whether the file was flushed to the disk since the last call.</summary>
        public bool TakeFlush()
        {
            bool flushed = _flushed;
            _flushed = false;
            return flushed;
        }

        public override void Flush(bool flushToDisk)
        {
            _flushed |= flushToDisk;
            base.Flush(flushToDisk);
        }
    }

    // A file on a network share: when the share is unavailable, half of a line is written, and every call fails, even truncating.
    private sealed class NetworkFile : MemoryStream
    {
        public bool IsUnavailable { get; set; }

        public override void Write(byte[] buffer, int offset, int count)
        {
            base.Write(buffer, offset, IsUnavailable ? count / 2 : count);
            ThrowIfUnavailable();
        }

        public override void SetLength(long value)
        {
            ThrowIfUnavailable();
            base.SetLength(value);
        }

        private void ThrowIfUnavailable()
        {
            if (IsUnavailable)
            {
                throw new IOException("The network name cannot be found.");
            }
        }
    }
}
