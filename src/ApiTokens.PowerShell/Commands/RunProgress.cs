using System.Globalization;
using System.Management.Automation;
using ApiTokens.Operations;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Shows the progress of a run, at a limited rate. A run with one operation shows no progress.</summary>
internal sealed class RunProgress(ApiTokenCmdlet cmdlet, string activity, OperationRunner runner)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private TimeSpan _shownAt;

    /// <summary>Whether all input has arrived, so that the total is known.</summary>
    public bool IsInputComplete { get; set; }

    /// <summary>Shows the progress, unless it was shown very recently.</summary>
    public void Show()
    {
        if (runner.Added > 1 && runner.Summary.Elapsed - _shownAt >= Interval)
        {
            _shownAt = runner.Summary.Elapsed;
            cmdlet.WriteProgress(Record(ProgressRecordType.Processing));
        }
    }

    /// <summary>Hides the progress, if it was shown.</summary>
    public void Complete()
    {
        if (_shownAt > TimeSpan.Zero)
        {
            cmdlet.WriteProgress(Record(ProgressRecordType.Completed));
        }
    }

    // Each record is a new object, so that a caller who collects them does not get the same one several times.
    private ProgressRecord Record(ProgressRecordType type)
    {
        OperationSummary summary = runner.Summary;
        int tried = summary.Ended - summary.Skipped;
        double rate = tried / Math.Max(0.001, (summary.Elapsed - cmdlet.AskingTime).TotalSeconds);
        string total = IsInputComplete ? $" of {runner.Added.ToString("N0", CultureInfo.InvariantCulture)}" : string.Empty;
        string status = string.Format(
            CultureInfo.InvariantCulture, "{0:N0}{1}, {2:N0} per second, {3:N0} failed", summary.Ended, total, rate, summary.Failed);
        return new ProgressRecord(0, activity, status)
        {
            RecordType = type,
            PercentComplete = IsInputComplete ? (int)(100L * summary.Ended / runner.Added) : -1,
            SecondsRemaining = IsInputComplete && rate > 0 ? (int)((runner.Added - summary.Ended) / rate) : -1,
        };
    }
}
