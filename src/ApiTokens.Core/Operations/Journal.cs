using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// What a bulk operation did, one JSON line for each start and each end, handed to the operating system before the request
/// and after its answer. Run with the same journal again, it tells what is left to do; afterwards it is the audit record. It
/// holds no secret.
/// </summary>
public sealed class Journal : IDisposable
{
    /// <summary>The operation that notes what falls due.</summary>
    public const string Resets = "Reset";

    /// <summary>The operation that takes up, in the journal of <see cref="Resets"/>, what has fallen due.</summary>
    public const string Retirement = "Retire";

    private const string OtherPath = "Specify the path of an existing journal, or of a file that does not exist yet.";

    // No name or id that a service takes makes a longer line.
    private const int LongestLine = 1024 * 1024;

    private readonly Stream _file;
    private readonly object _lock = new();
    private readonly string _operation;
    private readonly string _header;
    private readonly TimeProvider _time;
    private readonly HashSet<string> _accounts;
    private readonly HashSet<string> _delivered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResumeState> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DueToken> _due = new(StringComparer.Ordinal);

    private Journal(Stream file, string operation, IEnumerable<string> accounts, TimeProvider time)
    {
        _file = file;
        _operation = operation;
        _header = operation == Retirement ? Resets : operation;
        _time = time;
        _accounts = new HashSet<string>(accounts, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Opens a journal with the system's clock, new or left from a run that did not end. No other process can write to it meanwhile.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="operation">What is done, such as <c>Remove</c>.</param>
    /// <param name="connections">The connections that the run can use.</param>
    /// <returns>The journal.</returns>
    /// <exception cref="ApiTokenException">It is in use, it is not a journal, or it belongs to another operation.</exception>
    public static Journal Open(string path, string operation, IReadOnlyCollection<TokenConnection> connections) =>
        Open(path, operation, connections, TimeProvider.System);

    /// <summary>Opens a journal, new or left from a run that did not end. No other process can write to it meanwhile.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="operation">What is done, such as <c>Remove</c>.</param>
    /// <param name="connections">The connections that the run can use.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The journal.</returns>
    /// <exception cref="ApiTokenException">It is in use, it is not a journal, or it belongs to another operation.</exception>
    public static Journal Open(string path, string operation, IReadOnlyCollection<TokenConnection> connections, TimeProvider time)
    {
        return Open(OpenFile(path), path, operation, connections, time);
    }

    internal static Journal Open(Stream file, string path, string operation, IReadOnlyCollection<TokenConnection> connections, TimeProvider time)
    {
        try
        {
            var journal = new Journal(file, operation, connections.Select(AccountOf), time);
            journal.Load(path);
            return journal;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The predecessors that are due and not retired yet, the first due first.</summary>
    /// <param name="now">The present.</param>
    /// <returns>What was noted of each.</returns>
    public IReadOnlyList<DueToken> DueAt(DateTimeOffset now)
    {
        lock (_lock)
        {
            return [.. _due.Values.Where(token => token.At <= now && StateOf(Retirement, token.Service, token.Account, token.Id).Progress != JournalProgress.Done).OrderBy(token => token.At)];
        }
    }

    /// <summary>The token that serves a purpose now: the successor, or what took over from it since.</summary>
    /// <param name="token">A predecessor.</param>
    /// <returns>The id of the last successor whose secret was delivered.</returns>
    public string SuccessorOf(DueToken token)
    {
        lock (_lock)
        {
            string id = token.SuccessorId;
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (seen.Add(id) && StateOf(Resets, token.Service, token.Account, id) is { Progress: JournalProgress.Delivered or JournalProgress.Done, IssuedId: { } next })
            {
                id = next;
            }

            return id;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _file.Dispose();
        }
    }

    /// <summary>Refuses a connection to an account that the journal is not for.</summary>
    internal void Check(TokenConnection connection)
    {
        if (!_accounts.Contains(AccountOf(connection)))
        {
            throw MismatchError($"is not for {AccountOf(connection)}, but for {string.Join(", ", _accounts)}", "Use another journal for another account.");
        }
    }

    /// <summary>Whether an earlier run with this journal has done an operation: it will be left out.</summary>
    /// <param name="operation">The operation.</param>
    /// <returns>True if it is done.</returns>
    public bool IsDone(Operation operation) => StateOf(operation).Progress == JournalProgress.Done;

    /// <summary>What the journal knows of an operation from an earlier run.</summary>
    internal ResumeState StateOf(Operation operation)
    {
        lock (_lock)
        {
            return StateOf(_operation, operation.Connection.Service, operation.Connection.Account, operation.Key);
        }
    }

    /// <summary>Whether a token was issued and its secret delivered, in this run or an earlier one.</summary>
    internal bool WasDelivered(TokenConnection connection, string id)
    {
        lock (_lock)
        {
            return _delivered.Contains(KeyOf(connection.Service, connection.Account, id));
        }
    }

    internal void Start(Operation operation) => Write(operation, new JournalEntry { Event = "start" });

    internal void Issued(Operation operation, string id) => Write(operation, new JournalEntry { Event = "issued", IssuedId = id });

    internal void Delivered(Operation operation, string id) => Write(operation, new JournalEntry { Event = "delivered", IssuedId = id });

    /// <summary>Notes that the service does not let the delivered secret in.</summary>
    internal void Refused(Operation operation, string id) => Write(operation, new JournalEntry { Event = "refused", IssuedId = id });

    /// <summary>Notes when a predecessor shall go, and how. What was noted first holds.</summary>
    internal void Due(Operation operation, string successorId, DateTimeOffset at, OldTokenAction fate)
    {
        lock (_lock)
        {
            if (!_due.ContainsKey(KeyOf(operation.Connection.Service, operation.Connection.Account, operation.Key)))
            {
                Write(operation, new JournalEntry { Event = "due", IssuedId = successorId, DueAt = at, Predecessor = fate });
            }
        }
    }

    internal void End(Operation operation, string outcome, string? errorId, string? correlationId) =>
        Write(operation, new JournalEntry { Event = "end", Outcome = outcome, ErrorId = errorId, CorrelationId = correlationId });

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
            throw new ApiTokenException(ErrorKind.InvalidArgument, $"-JournalPath: '{path}' is no file that can be read again.", "Give the path of a file.", ErrorIds.JournalNotOpened);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new ApiTokenException(ErrorKind.InvalidArgument, $"-JournalPath: '{path}' is no path of a file: {e.Message}", "Give the path of a file.", ErrorIds.JournalNotOpened, e);
        }
        catch (IOException e)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"-JournalPath: '{path}' cannot be opened: {e.Message}",
                "Another run may be using it: wait for it to end, or give another path.",
                ErrorIds.JournalNotOpened,
                e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ApiTokenException(ErrorKind.PermissionDenied, $"-JournalPath: '{path}' cannot be written: {e.Message}", "Give a path that you may write to.", ErrorIds.JournalNotOpened, e);
        }
    }

    private static string AccountOf(TokenConnection connection) => $"{connection.Service} {connection.Account}";

    // Accounts are the same in any case, here as where a connection is checked; ids are not.
    private static string KeyOf(string? service, string? account, string? id) => $"{service} {account?.ToUpperInvariant()} {id}";

    private ResumeState StateOf(string operation, string service, string account, string id) =>
        _states.TryGetValue($"{operation} {KeyOf(service, account, id)}", out ResumeState? state) ? state : ResumeState.None;

    private void Load(string path)
    {
        bool first = true;
        long whole = 0;
        foreach ((string line, long end) in WholeLines())
        {
            whole = end;
            JournalEntry entry = Parse(line) ?? throw MismatchError($"'{path}' has a line that is not a journal entry", OtherPath);
            if (first)
            {
                LoadHeader(entry, path);
                first = false;
            }
            else
            {
                Apply(entry);
            }
        }

        if (first && _file.Length > 0 && !StartsLikeJournal())
        {
            throw MismatchError($"'{path}' is not empty and is not a journal", OtherPath);
        }

        // What a killed process left of its last line is dropped.
        _file.SetLength(whole);
        _file.Seek(0, SeekOrigin.End);
        if (first)
        {
            Append(new JournalEntry { Time = _time.GetUtcNow(), Event = "journal", Operation = _header, Accounts = [.. _accounts.OrderBy(account => account, StringComparer.Ordinal)] });
        }
    }

    private bool StartsLikeJournal()
    {
        var start = new byte[128];
        _file.Seek(0, SeekOrigin.Begin);
        string text = Encoding.UTF8.GetString(start, 0, _file.Read(start, 0, start.Length));
        return BeginsAlike(text, "{\"time\":\"")
            && (text.IndexOf("\",", StringComparison.Ordinal) is var end && end < 0 || BeginsAlike(text.Substring(end), "\",\"event\":\"journal\","));
    }

    private static bool BeginsAlike(string torn, string whole)
    {
        int length = Math.Min(torn.Length, whole.Length);
        return string.CompareOrdinal(torn, 0, whole, 0, length) == 0;
    }

    private void LoadHeader(JournalEntry entry, string path)
    {
        if (entry.Event != "journal" || entry.Accounts is null)
        {
            throw MismatchError($"'{path}' is not a journal", OtherPath);
        }

        if (entry.Operation != _header)
        {
            throw MismatchError($"'{path}' is of the operation {entry.Operation}, not {_header}", "Use one journal for each operation.");
        }

        _accounts.Clear();
        _accounts.UnionWith(entry.Accounts);
    }

    private IEnumerable<(string Line, long End)> WholeLines()
    {
        var line = new List<byte>();
        var buffer = new byte[64 * 1024];
        long position = 0;
        for (int read = _file.Read(buffer, 0, buffer.Length); read > 0; read = _file.Read(buffer, 0, buffer.Length))
        {
            for (int i = 0; i < read; i++)
            {
                position++;
                if (buffer[i] != '\n')
                {
                    line.Add(buffer[i]);
                    if (line.Count > LongestLine)
                    {
                        throw MismatchError("has a line that is too long for a journal entry", OtherPath);
                    }

                    continue;
                }

                yield return (Encoding.UTF8.GetString([.. line]), position);
                line.Clear();
            }
        }
    }

    private static JournalEntry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, JournalJson.Default.JournalEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Write(Operation operation, JournalEntry entry)
    {
        entry.Time = _time.GetUtcNow();
        entry.Operation = _operation;
        entry.Connection = operation.Connection.Name;
        entry.Service = operation.Connection.Service;
        entry.Account = operation.Connection.Account;
        entry.Id = operation.Key;
        entry.Name = operation.Name;
        lock (_lock)
        {
            Append(entry);
            Apply(entry);
        }
    }

    // A line goes out in one write, so that a killed process leaves at most one torn line.
    private void Append(JournalEntry entry)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Default.JournalEntry), (byte)'\n'];
        long before = _file.Position;
        try
        {
            _file.Write(line, 0, line.Length);
            _file.Flush();
        }
        catch (IOException e)
        {
            _file.SetLength(before);
            _file.Position = before;
            throw new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"-JournalPath: the journal cannot be written: {e.Message}",
                "Make room, and run the same command with the same journal: it asks the service what became of what was under way.",
                ErrorIds.JournalNotWritten,
                e);
        }
    }

    private void Apply(JournalEntry entry)
    {
        string token = KeyOf(entry.Service, entry.Account, entry.Id);
        string key = $"{entry.Operation} {token}";
        ResumeState state = _states.TryGetValue(key, out ResumeState? known) ? known : ResumeState.None;
        if (entry.Event == "delivered")
        {
            _delivered.Add(KeyOf(entry.Service, entry.Account, entry.IssuedId));
        }

        if (entry is { Event: "due", Service: { } service, Account: { } account, Id: { } id, IssuedId: { } successor, DueAt: { } due })
        {
            _due[token] = new DueToken(entry.Connection, service, account, id, entry.Name ?? string.Empty, successor, due, entry.Predecessor ?? OldTokenAction.Remove);
        }

        _states[key] = entry.Event switch
        {
            // A run that takes up what an earlier one left has come no less far, and what it looks for began back then.
            "start" when state.Progress == JournalProgress.None => state with { Progress = JournalProgress.Started, StartedAt = entry.Time },
            "issued" => state with { Progress = JournalProgress.Issued, IssuedId = entry.IssuedId },
            "delivered" => state with { Progress = JournalProgress.Delivered, IssuedId = entry.IssuedId },
            "refused" => state with { Progress = JournalProgress.Refused, IssuedId = entry.IssuedId },
            "end" when entry.Outcome == "done" => state with { Progress = JournalProgress.Done },
            "end" when entry.Outcome == "failed" && state.Progress == JournalProgress.Started => ResumeState.None,
            _ => state,
        };
    }

    private static ApiTokenException MismatchError(string what, string action) =>
        new(ErrorKind.InvalidOperation, $"-JournalPath: the journal {what}.", action, ErrorIds.JournalMismatch);
}

/// <summary>How far an operation had come in an earlier run.</summary>
internal enum JournalProgress
{
    /// <summary>Not begun, or failed without effect.</summary>
    None,

    /// <summary>Begun, and no outcome is known.</summary>
    Started,

    /// <summary>A token was issued, and its secret not delivered.</summary>
    Issued,

    /// <summary>The issued token's secret was delivered, and something was left to do.</summary>
    Delivered,

    /// <summary>The issued token's secret was delivered, and the service did not let it in.</summary>
    Refused,

    /// <summary>Done.</summary>
    Done,
}

/// <summary>What a journal knows of an operation.</summary>
/// <param name="Progress">How far it came.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="IssuedId">The token that it issued.</param>
internal sealed record ResumeState(JournalProgress Progress, DateTimeOffset? StartedAt, string? IssuedId)
{
    public static ResumeState None { get; } = new(JournalProgress.None, null, null);
}
