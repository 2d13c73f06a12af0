namespace ApiTokens.Journal;

/// <summary>Reads journals as records, also while a run is writing them. It never changes a journal.</summary>
public static class JournalHistory
{
    private const string Path = "Path";

    /// <summary>Reads a journal. An incomplete last line, which a terminated process may leave, is ignored.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <returns>A record for each operation, in the order in which they first started.</returns>
    /// <exception cref="ApiTokenException">
    /// <c>JournalNotFound</c>, <c>JournalNotOpened</c>; <c>JournalMismatch</c>: the file is not a journal.
    /// </exception>
    public static IReadOnlyList<JournalRecord> Read(string path)
    {
        JournalContent content = ReadContent(path);
        var schedule = RetirementSchedule.From(content.Entries, ResumeState.From(content.Entries));
        Dictionary<TokenIdentity, DateTimeOffset> due =
            schedule.DueAt(DateTimeOffset.MaxValue).ToDictionary(token => token.Token, token => token.At);
        var operations = new Dictionary<JournalKey, History>();
        DateTimeOffset run = content.Header?.Time ?? default;
        foreach (JournalEntry entry in content.Entries)
        {
            if (entry.Token is not { } token)
            {
                run = entry.Event == JournalEvents.Run ? entry.Time : run;
                continue;
            }

            var key = new JournalKey(entry.Operation, token, entry.Parameters);
            if (!operations.TryGetValue(key, out History? history))
            {
                operations[key] = history = new History(operations.Count, entry.Time);
            }

            history.Add(entry, run);
        }

        return [.. operations.OrderBy(pair => pair.Value.Order).Select(pair => Record(path, pair.Key, pair.Value, due))];
    }

    private static JournalRecord Record(string path, JournalKey key, History history, Dictionary<TokenIdentity, DateTimeOffset> due)
    {
        JournalEntry last = history.Last;
        return new JournalRecord
        {
            Time = last.Time.ToUniversalTime(),
            Operation = key.Operation,
            Outcome = history.Outcome,
            Name = last.Name ?? string.Empty,
            Id = (key.Operation == JournalOperations.New ? history.IssuedId : null) ?? key.Token.Id,
            Connection = last.Connection ?? string.Empty,
            Service = key.Token.Account.Service,
            Account = key.Token.Account.Account,
            BaseUri = key.Token.Account.BaseUri,
            IssuedId = history.IssuedId,
            DueAt = history.IsScheduled && due.TryGetValue(key.Token, out DateTimeOffset at) ? at.ToUniversalTime() : null,
            ErrorId = last.ErrorId,
            CorrelationId = last.CorrelationId,
            Reason = history.Reason,
            StartedAt = history.StartedAt.ToUniversalTime(),
            RunAt = history.Run.ToUniversalTime(),
            Path = path,
        };
    }

    private static JournalContent ReadContent(string path)
    {
        if (!File.Exists(path))
        {
            throw ApiTokenException.OfField(
                Path, ErrorKind.ObjectNotFound, $"the journal '{path}' does not exist.", "Specify the path of a journal.",
                ErrorIds.JournalNotFound);
        }

        if (FileTrust.IsSpecial(path))
        {
            throw NotOpened(ErrorKind.InvalidArgument, $"'{path}' is a device or a pipe.", "Specify the path of a file.");
        }

        try
        {
            using FileStream file = SharedFile.OpenRead(path);
            return JournalReader.Read(file, path, Path);
        }
        catch (IOException e)
        {
            throw NotOpened(
                ErrorKind.InvalidOperation,
                $"'{path}' cannot be read: {e.Message}",
                "Check the disk or the share.",
                e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw NotOpened(ErrorKind.PermissionDenied, $"'{path}' cannot be read: {e.Message}", "Specify a readable file.", e);
        }
    }

    private static ApiTokenException NotOpened(ErrorKind kind, string message, string action, Exception? inner = null) =>
        JournalFiles.NotOpened(kind, message, action, inner, Path);

    /// <summary>The lines of one operation.</summary>
    private sealed class History(int order, DateTimeOffset startedAt)
    {
        public int Order { get; } = order;

        public DateTimeOffset StartedAt { get; } = startedAt;

        public OperationOutcome Outcome { get; private set; } = OperationOutcome.Unknown;

        public JournalEntry Last { get; private set; } = new();

        public DateTimeOffset Run { get; private set; }

        public string? IssuedId { get; private set; }

        public bool IsScheduled { get; private set; }

        public string? Reason { get; private set; }

        public void Add(JournalEntry entry, DateTimeOffset run)
        {
            Last = entry;
            Run = run;
            IssuedId = entry.IssuedId ?? IssuedId;
            IsScheduled |= entry.DueAt is not null;
            Reason = entry.Reason ?? Reason;
            Outcome = entry switch
            {
                { Event: JournalEvents.End, Outcome: JournalOutcomes.Done } => OperationOutcome.Done,
                { Event: JournalEvents.End, Outcome: JournalOutcomes.Failed } => OperationOutcome.Failed,
                _ => OperationOutcome.Unknown,
            };
        }
    }
}
