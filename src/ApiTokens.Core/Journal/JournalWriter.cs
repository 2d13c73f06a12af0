using System.Runtime.InteropServices;
using System.Text.Json;

namespace ApiTokens.Journal;

/// <summary>
/// Records what a run does: one JSON line before each request and one after its answer. A run with the same journal
/// continues where the last one ended; afterwards the journal is the audit record. It holds no secret.
/// </summary>
public sealed class JournalWriter : IDisposable
{
    private readonly Stream _file;
    private readonly object _lock = new();
    private readonly TimeProvider _time;
    private readonly HashSet<string> _accounts;

    private JournalWriter(Stream file, string path, string operation, IEnumerable<AccountIdentity> accounts, TimeProvider time)
    {
        _file = file;
        _time = time;
        Operation = operation;
        JournalContent content = JournalReader.Read(file, path);
        string expected = operation == JournalOperations.Retire ? JournalOperations.Reset : operation;
        if (content.Header is { } header && header.Operation != expected)
        {
            throw JournalReader.Mismatch($"'{path}' is of the operation {header.Operation}, not {expected}", "Use one journal for each operation.");
        }

        _accounts = new HashSet<string>(content.Header?.Accounts ?? accounts.Select(account => account.ToString()), StringComparer.OrdinalIgnoreCase);
        ResumeState = ResumeState.From(content.Entries);
        Retirements = RetirementSchedule.From(content.Entries, ResumeState);

        // What a killed process left of its last line is dropped.
        _file.SetLength(content.Length);
        _file.Seek(0, SeekOrigin.End);
        if (content.Header is null)
        {
            string[] sorted = [.. _accounts.OrderBy(account => account, StringComparer.Ordinal)];
            Append(new JournalEntry { Time = time.GetUtcNow(), Event = JournalEvents.Header, Operation = expected, Accounts = sorted }, toDisk: true);
        }
    }

    /// <summary>The operation of this run.</summary>
    public string Operation { get; }

    /// <summary>The old tokens that are to be retired, as the journal said when it was opened.</summary>
    public RetirementSchedule Retirements { get; }

    /// <summary>How far earlier runs got.</summary>
    internal ResumeState ResumeState { get; }

    /// <summary>Opens a journal, new or left by an earlier run. No other process can write to it meanwhile.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="operation">What the run does, such as <c>Remove</c>.</param>
    /// <param name="accounts">The accounts that the run can change.</param>
    /// <returns>The journal.</returns>
    /// <exception cref="ApiTokenException">
    /// <c>JournalNotOpened</c>: it is in use or cannot be written. <c>JournalMismatch</c>: it is not a journal, or belongs to another operation.
    /// </exception>
    public static JournalWriter Open(string path, string operation, IEnumerable<AccountIdentity> accounts) =>
        Open(path, operation, accounts, TimeProvider.System);

    /// <summary>Opens a journal, new or left by an earlier run. No other process can write to it meanwhile.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="operation">What the run does, such as <c>Remove</c>.</param>
    /// <param name="accounts">The accounts that the run can change.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The journal.</returns>
    /// <exception cref="ApiTokenException">
    /// <c>JournalNotOpened</c>: it is in use or cannot be written. <c>JournalMismatch</c>: it is not a journal, or belongs to another operation.
    /// </exception>
    public static JournalWriter Open(string path, string operation, IEnumerable<AccountIdentity> accounts, TimeProvider time) =>
        Open(OpenFile(path), path, operation, accounts, time);

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _file.Dispose();
        }
    }

    internal static JournalWriter Open(Stream file, string path, string operation, IEnumerable<AccountIdentity> accounts, TimeProvider time)
    {
        try
        {
            return new JournalWriter(file, path, operation, accounts, time);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Rejects an account that the journal is not for.</summary>
    internal void Check(AccountIdentity account)
    {
        if (!_accounts.Contains(account.ToString()))
        {
            throw JournalReader.Mismatch($"is not for {account}, but for {string.Join(", ", _accounts)}", "Use another journal for another account.");
        }
    }

    internal void Start(JournalSubject subject) => Write(subject, new JournalEntry { Event = JournalEvents.Start });

    internal void Issued(JournalSubject subject, string id) => Write(subject, new JournalEntry { Event = JournalEvents.Issued, IssuedId = id }, toDisk: true);

    internal void Delivered(JournalSubject subject, string id) => Write(subject, new JournalEntry { Event = JournalEvents.Delivered, IssuedId = id }, toDisk: true);

    /// <summary>Records that the service rejects the delivered secret.</summary>
    internal void Refused(JournalSubject subject, string id) => Write(subject, new JournalEntry { Event = JournalEvents.Refused, IssuedId = id });

    /// <summary>Records when an old token is due, and what to do with it then. The first line about a token counts.</summary>
    internal void Due(JournalSubject subject, string successorId, DateTimeOffset at, OldTokenAction action)
    {
        if (!Retirements.Contains(subject.Token))
        {
            Write(subject, new JournalEntry { Event = JournalEvents.Due, IssuedId = successorId, DueAt = at, Predecessor = action }, toDisk: true);
        }
    }

    internal void End(JournalSubject subject, string outcome, string? errorId, string? correlationId) =>
        Write(subject, new JournalEntry { Event = JournalEvents.End, Outcome = outcome, ErrorId = errorId, CorrelationId = correlationId });

    private static FileStream OpenFile(string path)
    {
        // One writer at a time. On Unix only an exclusive lock keeps a second one out; there, tools can still read the file.
        FileShare share = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? FileShare.Read : FileShare.None;
        try
        {
            // Without a buffer: what a full disk did not take would be written, or fail, again later.
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share, bufferSize: 1);
            if (file.CanSeek)
            {
                return file;
            }

            file.Dispose();
            throw NotOpened(ErrorKind.InvalidArgument, $"'{path}' is a device or a pipe.", "Specify the path of a file.");
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw NotOpened(ErrorKind.InvalidArgument, $"'{path}' is not a valid path of a file: {e.Message}", "Specify the path of a file.", e);
        }
        catch (IOException e)
        {
            throw NotOpened(
                ErrorKind.InvalidOperation, $"'{path}' cannot be opened: {e.Message}", "Another run may be using it. Wait for it to end, or specify another path.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw NotOpened(ErrorKind.PermissionDenied, $"'{path}' cannot be written: {e.Message}", "Specify a path that you may write to.", e);
        }
    }

    private static ApiTokenException NotOpened(ErrorKind kind, string message, string action, Exception? inner = null) =>
        ApiTokenException.OfField("JournalPath", kind, message, action, ErrorIds.JournalNotOpened, inner);

    private void Write(JournalSubject subject, JournalEntry entry, bool toDisk = false)
    {
        entry.Time = _time.GetUtcNow();
        entry.Operation = subject.Operation;
        entry.Connection = subject.Connection;
        entry.Service = subject.Token.Account.Service;
        entry.Account = subject.Token.Account.Account;
        entry.BaseUri = subject.Token.Account.BaseUri;
        entry.Id = subject.Token.Id;
        entry.Name = subject.Name;
        lock (_lock)
        {
            Append(entry, toDisk);
        }
    }

    // A line goes out in one write, so that a killed process leaves at most one incomplete line. Lines that a later run relies
    // on are on the disk before the next request.
    private void Append(JournalEntry entry, bool toDisk)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Default.JournalEntry), (byte)'\n'];
        long before = _file.Position;
        try
        {
            _file.Write(line, 0, line.Length);
            if (toDisk && _file is FileStream file)
            {
                file.Flush(flushToDisk: true);
            }
            else
            {
                _file.Flush();
            }
        }
        catch (IOException e)
        {
            TryCutBack(before);
            throw ApiTokenException.OfField(
                "JournalPath",
                ErrorKind.InvalidOperation,
                $"the journal cannot be written: {e.Message}",
                "Free some disk space, and run the same command with the same journal: it asks the service what happened to the operations that were running.",
                ErrorIds.JournalNotWritten,
                e);
        }
    }

    // Where this fails as well, as on a share that is gone, the next run drops the incomplete line.
    private void TryCutBack(long length)
    {
        try
        {
            _file.SetLength(length);
            _file.Position = length;
        }
        catch (IOException)
        {
        }
    }
}
