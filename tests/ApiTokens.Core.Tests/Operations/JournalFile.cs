using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>A temporary journal file, and runs that use it.</summary>
internal sealed class JournalFile : IDisposable
{
    private readonly string _path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"journal-{Guid.NewGuid()}.jsonl");

    public string Path => _path;

    public string Text
    {
        get => File.ReadAllText(_path);
        set => File.WriteAllText(_path, value);
    }

    /// <summary>The lines about operations as "event", or "end outcome".</summary>
    public string[] Events =>
    [
        .. Lines.Where(line => line.TryGetProperty("id", out _)).Select(line => line.TryGetProperty("outcome", out JsonElement outcome)
            ? $"{line.GetProperty("event")} {outcome}"
            : $"{line.GetProperty("event")}"),
    ];

    public JsonElement[] Lines => Parse(Text);

    public static JsonElement[] Parse(string text)
    {
        Assert.EndsWith("\n", text);
        return [.. text.Split('\n')[..^1].Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }

    /// <summary>
    /// Reads the file while it is open for writing, as other programs can; .NET would observe the lock against a second writer.
    /// </summary>
    public string ReadWhileOpen()
    {
        if (OperatingSystem.IsWindows())
        {
            using var reader = new StreamReader(new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return reader.ReadToEnd();
        }

        using var cat = Process.Start(new ProcessStartInfo("cat", _path) { RedirectStandardOutput = true })!;
        string text = cat.StandardOutput.ReadToEnd();
        cat.WaitForExit();
        return text;
    }

    public JournalWriter Open(string operation, params IReadOnlyCollection<TokenConnection> connections) =>
        Open(operation, TimeProvider.System, connections);

    public JournalWriter Open(string operation, TimeProvider time, params IReadOnlyCollection<TokenConnection> connections) =>
        Open(_path, operation, time, connections);

    /// <summary>Opens a journal. If that fails, the error must say why and what to do.</summary>
    public static JournalWriter Open(
        string path, string operation, TimeProvider time, params IReadOnlyCollection<TokenConnection> connections)
    {
        try
        {
            return JournalWriter.Open(path, operation, connections.Select(connection => connection.AccountIdentity), time);
        }
        catch (ApiTokenException e)
        {
            Assert.Equal("JournalPath", e.Field?.Name);
            Assert.Null(ErrorText.FindDefect(e));
            throw;
        }
    }

    /// <summary>Runs operations with the journal and returns the results.</summary>
    public Task<RunResult> RunAsync(string operation, params IReadOnlyCollection<Operation> operations) =>
        RunAsync(operation, TimeProvider.System, operations);

    public Task<RunResult> RunAsync(string operation, TimeProvider time, params IReadOnlyCollection<Operation> operations) =>
        RunResult.RunAsync(Open(operation, time, [.. operations.Select(each => each.Connection).Distinct()]), operations);

    /// <summary>Writes the lines that an interrupted run would have left.</summary>
    public void WriteInterruptedRun(string operation, TimeProvider time, Operation interrupted, Action<JournalWriter> write)
    {
        using JournalWriter journal = Open(operation, time, interrupted.Connection);
        write(journal);
    }

    public void Dispose() => File.Delete(_path);
}

/// <summary>A file on which lines that contain a text cannot be written.</summary>
internal sealed class FileWithout(string text) : MemoryStream
{
    public override void Write(byte[] buffer, int offset, int count)
    {
        if (Encoding.UTF8.GetString(buffer, offset, count).Contains(text))
        {
            throw new IOException("No space left on device");
        }

        base.Write(buffer, offset, count);
    }
}

/// <summary>Writes journal lines for operations.</summary>
internal static class JournalLines
{
    public static void Start(this JournalWriter journal, Operation operation) =>
        journal.StartAsync(SubjectFor(journal, operation)).GetAwaiter().GetResult();

    public static void Issued(this JournalWriter journal, Operation operation, string id) =>
        journal.IssuedAsync(SubjectFor(journal, operation), id).GetAwaiter().GetResult();

    public static void Delivered(this JournalWriter journal, Operation operation, string id) =>
        journal.DeliveredAsync(SubjectFor(journal, operation), id).GetAwaiter().GetResult();

    public static void Verified(this JournalWriter journal, Operation operation, string id) =>
        journal.VerifiedAsync(SubjectFor(journal, operation), id).GetAwaiter().GetResult();

    public static void Due(this JournalWriter journal, Operation operation, string successorId, DateTimeOffset at, OldTokenAction action) =>
        journal.DueAsync(SubjectFor(journal, operation), successorId, at, action).GetAwaiter().GetResult();

    public static void End(this JournalWriter journal, Operation operation, string outcome, string? errorId, string? correlationId) =>
        journal.End(SubjectFor(journal, operation), outcome, errorId, correlationId);

    private static JournalSubject SubjectFor(JournalWriter journal, Operation operation) =>
        new(operation.KeyIn(journal), operation.Name, operation.Connection.Name);
}

/// <summary>The results of a run of operations.</summary>
internal sealed record RunResult(OperationSummary Summary, IReadOnlyList<object> Outputs, IReadOnlyList<Exception> Errors)
{
    /// <summary>The only error.</summary>
    public Exception Error => Assert.Single(Errors);

    public static Task<RunResult> RunAsync(JournalWriter? journal, params IReadOnlyCollection<Operation> operations) =>
        RunAsync(journal, throttleLimit: 4, operations);

    public static Task<RunResult> RunAsync(JournalWriter? journal, int throttleLimit, IReadOnlyCollection<Operation> operations) =>
        Task.Run(() => Run(journal, throttleLimit, operations));

    /// <summary>Also checks the operations that earlier runs left unfinished.</summary>
    public static Task<RunResult> RunAsync(
        JournalWriter journal, IReadOnlyCollection<Operation> operations, IEnumerable<TokenConnection> connections) =>
        Task.Run(() => Run(journal, throttleLimit: 4, operations, connections));

    /// <summary>Saves the secrets in a sink.</summary>
    public static Task<RunResult> RunAsync(JournalWriter journal, ISecretSink secrets, params IReadOnlyCollection<Operation> operations) =>
        Task.Run(() => Run(journal, throttleLimit: 4, operations, secrets: secrets));

    private static RunResult Run(
        JournalWriter? journal,
        int throttleLimit,
        IReadOnlyCollection<Operation> operations,
        IEnumerable<TokenConnection>? connections = null,
        ISecretSink? secrets = null)
    {
        using var runner = new TestRunner(throttleLimit, journal, secrets);
        var outputs = new List<object>();
        var errors = new List<Exception>();
        foreach (Operation operation in operations)
        {
            runner.Add(operation, Collect);
        }

        if (connections is not null)
        {
            runner.CheckUnfinished(connections, Collect);
        }

        runner.Complete(Collect);
        return new RunResult(runner.Summary, outputs, errors);

        void Collect(Report report)
        {
            if (report.Output is { } output)
            {
                outputs.Add(output);
            }

            if (report.Error is { } error)
            {
                errors.Add(error);
            }
        }
    }
}
