using System.Globalization;

namespace ApiTokens.Operations;

/// <summary>The counts of a run.</summary>
public sealed class OperationSummary
{
    /// <summary>The number of completed operations.</summary>
    public int Done { get; private set; }

    /// <summary>The number of failed operations.</summary>
    public int Failed { get; private set; }

    /// <summary>The number of operations that were not tried because the run had ended for their connection.</summary>
    public int NotTried { get; private set; }

    /// <summary>The number of operations that were skipped because the journal shows that they are complete.</summary>
    public int Skipped { get; private set; }

    /// <summary>The number of retries of requests.</summary>
    public int Retried { get; internal set; }

    /// <summary>The elapsed time.</summary>
    public TimeSpan Elapsed { get; internal set; }

    /// <summary>The number of operations that have ended.</summary>
    public int Ended => Done + Failed + NotTried + Skipped;

    /// <summary>Counts an operation.</summary>
    internal void Add(OperationEnd end)
    {
        Done += end == OperationEnd.Done ? 1 : 0;
        Failed += end == OperationEnd.Failed ? 1 : 0;
        NotTried += end == OperationEnd.NotTried ? 1 : 0;
        Skipped += end == OperationEnd.Skipped ? 1 : 0;
    }

    /// <summary>Returns the summary as text.</summary>
    /// <returns>For example <c>1,998 done, 2 failed, 0 skipped, 5 requests retried, 1.6 s</c>.</returns>
    public override string ToString() => string.Format(
        CultureInfo.InvariantCulture,
        NotTried == 0
            ? "{0:N0} done, {1:N0} failed, {2:N0} skipped, {3:N0} requests retried, {4:0.0} s"
            : "{0:N0} done, {1:N0} failed, {5:N0} not tried, {2:N0} skipped, {3:N0} requests retried, {4:0.0} s",
        Done,
        Failed,
        Skipped,
        Retried,
        Elapsed.TotalSeconds,
        NotTried);
}
