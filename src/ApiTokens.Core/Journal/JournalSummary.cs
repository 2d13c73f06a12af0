using System.Globalization;

namespace ApiTokens.Journal;

/// <summary>The counts of the operations in one or more journals. Done, failed and unknown operations add up to all operations.</summary>
public sealed class JournalSummary
{
    /// <summary>Counts operations.</summary>
    /// <param name="records">The operations.</param>
    public JournalSummary(IEnumerable<JournalRecord> records)
    {
        var runs = new HashSet<(string Path, DateTimeOffset Run)>();
        foreach (JournalRecord record in records)
        {
            Operations++;
            Done += record.Outcome == OperationOutcome.Done ? 1 : 0;
            Failed += record.Outcome == OperationOutcome.Failed ? 1 : 0;
            Unknown += record.Outcome == OperationOutcome.Unknown ? 1 : 0;
            runs.Add((record.Path, record.RunAt));
            FirstAt = FirstAt is { } first && first <= record.StartedAt ? first : record.StartedAt;
            LastAt = LastAt is { } last && last >= record.Time ? last : record.Time;
            if (record.DueAt is { } due)
            {
                Scheduled++;
                NextDueAt = NextDueAt is { } next && next <= due ? next : due;
            }
        }

        Runs = runs.Count;
    }

    /// <summary>The number of operations.</summary>
    public int Operations { get; }

    /// <summary>The number of operations that succeeded.</summary>
    public int Done { get; }

    /// <summary>The number of operations that failed.</summary>
    public int Failed { get; }

    /// <summary>The number of operations whose outcome is unknown.</summary>
    public int Unknown { get; }

    /// <summary>The number of tokens that are still to be retired, now or later.</summary>
    public int Scheduled { get; }

    /// <summary>The work that is left: failed and unknown operations, and tokens that are still to be retired.</summary>
    public int Left => Failed + Unknown + Scheduled;

    /// <summary>The time when the next token is due (UTC); null if none is.</summary>
    public DateTimeOffset? NextDueAt { get; }

    /// <summary>The time when the first operation started (UTC); null if there is none.</summary>
    public DateTimeOffset? FirstAt { get; }

    /// <summary>The time of the last line of an operation (UTC); null if there is none.</summary>
    public DateTimeOffset? LastAt { get; }

    /// <summary>The number of runs that recorded the latest state of an operation.</summary>
    public int Runs { get; }

    /// <summary>Returns the summary as text.</summary>
    /// <returns>For example <c>1,998 done, 2 failed, 0 unknown, 2 left to do</c>.</returns>
    public override string ToString() => string.Format(
        CultureInfo.InvariantCulture, "{0:N0} done, {1:N0} failed, {2:N0} unknown, {3:N0} left to do", Done, Failed, Unknown, Left);
}
