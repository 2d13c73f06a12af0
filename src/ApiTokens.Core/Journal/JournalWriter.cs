using System.Text.Json;

namespace ApiTokens.Journal;

/// <summary>
/// Records the operations of a run as JSON lines, before the first request and after the last response of each operation. A run with
/// the same journal continues where the previous one ended. Afterwards the journal is an audit record. It contains no secrets.
/// </summary>
public sealed class JournalWriter : IDisposable
{
    private readonly Stream _file;
    private readonly DiskFlush? _disk;
    private readonly object _lock = new();
    private readonly TimeProvider _time;
    private readonly HashSet<string> _accounts;
    private long _length;
    private bool _isLineIncomplete;
    private bool _isRunRecorded;

    private JournalWriter(Stream file, string path, string operation, IEnumerable<AccountIdentity> accounts, TimeProvider time)
    {
        _file = file;
        _disk = file is FileStream onDisk ? new DiskFlush(onDisk) : null;
        _time = time;
        Operation = operation;
        JournalContent content = JournalReader.Read(file, path);
        string[] accepted = JournalOperations.JournalsFor(operation);
        string[] own =
        [
            .. accounts.Select(account => account.ToString()).Distinct(StringComparer.OrdinalIgnoreCase)
                .OrderBy(account => account, StringComparer.Ordinal),
        ];
        JournalEntry? header = HeaderFor(content, accepted, own);
        if (header is not null && !accepted.Contains(header.Operation))
        {
            throw JournalReader.Mismatch(
                $"'{path}' belongs to the operation {header.Operation}, not {string.Join(" or ", accepted)}",
                "Use a separate journal for each operation.");
        }

        _accounts = new HashSet<string>(header?.Accounts ?? own, StringComparer.OrdinalIgnoreCase);
        ResumeState = ResumeState.From(content.Entries);
        Retirements = RetirementSchedule.From(content.Entries, ResumeState);

        // Remove an incomplete last line, which a terminated process may have left.
        _length = header is null ? 0 : content.Length;
        _file.SetLength(_length);
        _file.Seek(0, SeekOrigin.End);
        if (header is null)
        {
            Append(new JournalEntry { Time = time.GetUtcNow(), Event = JournalEvents.Header, Operation = accepted[0], Accounts = own });
            (file as FileStream)?.Flush(flushToDisk: true);
            _isRunRecorded = true;
        }
    }

    /// <summary>The name of the operation of this run.</summary>
    public string Operation { get; }

    /// <summary>
    /// The reason for the changes of this run, such as the number of a ticket; null if there is none. Each line of an operation has it.
    /// It is never sent to a service.
    /// </summary>
    public string? Reason { get; set; }

    /// <summary>The old tokens to be retired, as recorded when the journal was opened.</summary>
    public RetirementSchedule Retirements { get; }

    /// <summary>The progress of earlier runs.</summary>
    internal ResumeState ResumeState { get; }

    /// <summary>Opens a new or an existing journal. No other process can write to it until it is closed.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="operation">The name of the operation, such as <c>Remove</c>.</param>
    /// <param name="accounts">The accounts that the run can change.</param>
    /// <returns>The journal.</returns>
    /// <exception cref="ApiTokenException">
    /// <c>JournalNotOpened</c>: the file is in use or cannot be written. <c>JournalMismatch</c>: the file is not a journal, or it
    /// belongs to another operation.
    /// </exception>
    public static JournalWriter Open(string path, string operation, IEnumerable<AccountIdentity> accounts) =>
        Open(path, operation, accounts, TimeProvider.System);

    /// <summary>Opens a new or an existing journal. No other process can write to it until it is closed.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="operation">The name of the operation, such as <c>Remove</c>.</param>
    /// <param name="accounts">The accounts that the run can change.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The journal.</returns>
    /// <exception cref="ApiTokenException">
    /// <c>JournalNotOpened</c>: the file is in use or cannot be written. <c>JournalMismatch</c>: the file is not a journal, or it
    /// belongs to another operation.
    /// </exception>
    public static JournalWriter Open(string path, string operation, IEnumerable<AccountIdentity> accounts, TimeProvider time) =>
        Open(JournalFiles.Open(path), path, operation, accounts, time);

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _file.Dispose();
        }

        _disk?.Dispose();
    }

    internal static JournalWriter Open(Stream file, string path, string operation, IEnumerable<AccountIdentity> accounts, TimeProvider time)
    {
        try
        {
            return new JournalWriter(file, path, operation, accounts, time);
        }
        catch (IOException e)
        {
            file.Dispose();
            throw JournalFiles.NotOpened(
                ErrorKind.InvalidOperation,
                $"'{path}' cannot be read or written: {e.Message}",
                "Check the disk or the share, or specify another path.",
                e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Throws if the journal does not belong to an account.</summary>
    internal void Check(AccountIdentity account)
    {
        if (!_accounts.Contains(account.ToString()))
        {
            throw JournalReader.Mismatch(
                $"belongs to {string.Join(", ", _accounts)}, not to {account}", "Use a separate journal for each account.");
        }
    }

    /// <summary>Records the start of an operation.</summary>
    /// <param name="subject">The operation.</param>
    /// <param name="issuesToken">
    /// Whether the operation issues a token. Without its start, a later run would not search for the token.
    /// </param>
    internal Task StartAsync(JournalSubject subject, bool issuesToken = false)
    {
        // The start of an enable cancels the removal of the token. Without it, a later run would remove the token.
        bool cancelsRemoval =
            subject.Key.Operation == JournalOperations.Enable && Retirements.IsRemovalStaged(subject.Key.Token);
        var start = new JournalEntry { Event = JournalEvents.Start };
        if (issuesToken || cancelsRemoval)
        {
            return WriteToDiskAsync(subject, start);
        }

        Write(subject, start);
        return Task.CompletedTask;
    }

    /// <summary>Records the name of a token to be issued, if it is not that of the start.</summary>
    internal Task IssuingAsync(JournalSubject subject, string name) =>
        WriteToDiskAsync(subject with { Name = name }, new JournalEntry { Event = JournalEvents.Issuing });

    internal Task IssuedAsync(JournalSubject subject, string id) =>
        WriteToDiskAsync(subject, new JournalEntry { Event = JournalEvents.Issued, IssuedId = id });

    internal Task DeliveredAsync(JournalSubject subject, string id) =>
        WriteToDiskAsync(subject, new JournalEntry { Event = JournalEvents.Delivered, IssuedId = id });

    /// <summary>Records that the service accepts the delivered secret, as far as it can be verified.</summary>
    internal Task VerifiedAsync(JournalSubject subject, string id) =>
        WriteToDiskAsync(subject, new JournalEntry { Event = JournalEvents.Verified, IssuedId = id });

    /// <summary>Records that the delivered secret was not verified because the caller did not want it.</summary>
    internal Task UnverifiedAsync(JournalSubject subject, string id) =>
        WriteToDiskAsync(subject, new JournalEntry { Event = JournalEvents.Unverified, IssuedId = id });

    /// <summary>Records that the service rejects the delivered secret.</summary>
    internal void Refused(JournalSubject subject, string id) =>
        Write(subject, new JournalEntry { Event = JournalEvents.Refused, IssuedId = id });

    /// <summary>Records when a token is due, and the action on it. An operation that a later run resumes does not postpone it.</summary>
    internal Task DueAsync(JournalSubject subject, string? successorId, DateTimeOffset at, OldTokenAction action) =>
        Retirements.IsScheduledBy(subject.Key)
            ? Task.CompletedTask
            : WriteToDiskAsync(
                subject, new JournalEntry { Event = JournalEvents.Due, IssuedId = successorId, DueAt = at, Predecessor = action });

    internal void End(JournalSubject subject, string outcome, string? errorId, string? correlationId) => Write(
        subject, new JournalEntry { Event = JournalEvents.End, Outcome = outcome, ErrorId = errorId, CorrelationId = correlationId });

    // A run without operations, such as one with a parameter that the service does not support, does not claim the journal.
    private static JournalEntry? HeaderFor(JournalContent content, string[] accepted, string[] accounts) =>
        content.Header is { Accounts: { } known } header
            && (content.Entries.Count > 0
                || (accepted.Contains(header.Operation) && !accounts.Except(known, StringComparer.OrdinalIgnoreCase).Any()))
            ? header
            : null;

    // Writes a line that a later run depends on. The next request must wait until it is on the disk.
    private async Task WriteToDiskAsync(JournalSubject subject, JournalEntry entry)
    {
        Write(subject, entry);
        if (_disk is null)
        {
            return;
        }

        try
        {
            await _disk.WaitAsync().ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw NotWritten(e);
        }
    }

    private void Write(JournalSubject subject, JournalEntry entry)
    {
        entry.Time = _time.GetUtcNow();
        entry.Operation = subject.Key.Operation;
        entry.Parameters = subject.Key.Parameters;
        entry.Connection = subject.Connection;
        entry.Service = subject.Key.Token.Account.Service;
        entry.Account = subject.Key.Token.Account.Account;
        entry.BaseUri = subject.Key.Token.Account.BaseUri;
        entry.Id = ForeignText.InJournal(subject.Key.Token.Id);
        entry.Name = ForeignText.InJournal(subject.Name);
        entry.Reason = Reason is { } reason ? ForeignText.InJournal(ForeignText.InMessage(reason)) : null;
        lock (_lock)
        {
            RecordRun(entry.Time);
            Append(entry);
        }
    }

    // A later run is recorded with its first line, so that a run without operations leaves the journal unchanged.
    private void RecordRun(DateTimeOffset time)
    {
        if (!_isRunRecorded)
        {
            Append(new JournalEntry { Time = time, Event = JournalEvents.Run, Operation = Operation });
            _isRunRecorded = true;
        }
    }

    // Each line is written with one call, so that a terminated process leaves at most one incomplete line.
    private void Append(JournalEntry entry)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Default.JournalEntry), (byte)'\n'];
        try
        {
            RemoveIncompleteLine();
            _isLineIncomplete = true;
            _file.Write(line, 0, line.Length);
            _file.Flush();
            _length += line.Length;
            _isLineIncomplete = false;
        }
        catch (IOException e)
        {
            TryRemoveIncompleteLine();
            throw NotWritten(e);
        }
    }

    private static ApiTokenException NotWritten(IOException e) => ApiTokenException.OfField(
        "JournalPath",
        ErrorKind.InvalidOperation,
        $"the journal cannot be written: {e.Message}",
        "Free some disk space, then run the same command with the same journal. It checks the state of the interrupted operations.",
        ErrorIds.JournalNotWritten,
        e);

    private void RemoveIncompleteLine()
    {
        if (_isLineIncomplete)
        {
            _file.SetLength(_length);
            _file.Position = _length;
            _isLineIncomplete = false;
        }
    }

    // If this also fails, for example on a disconnected share, the next line or the next run removes the incomplete line.
    private void TryRemoveIncompleteLine()
    {
        try
        {
            RemoveIncompleteLine();
        }
        catch (IOException)
        {
        }
    }
}
