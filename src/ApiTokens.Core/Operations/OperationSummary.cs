using System.Globalization;

namespace ApiTokens.Operations;

/// <summary>What many operations came to.</summary>
public sealed class OperationSummary
{
    /// <summary>How many were done.</summary>
    public int Done { get; internal set; }

    /// <summary>How many failed.</summary>
    public int Failed { get; internal set; }

    /// <summary>How many a journal showed to be done already.</summary>
    public int Skipped { get; internal set; }

    /// <summary>How many requests were sent again.</summary>
    public int Retried { get; internal set; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; internal set; }

    /// <summary>How many have ended.</summary>
    public int Ended => Done + Failed + Skipped;

    /// <summary>For people.</summary>
    /// <returns>For example <c>1,998 done, 2 failed, 0 skipped, 5 requests retried, 1.6 s</c>.</returns>
    public override string ToString() => string.Format(
        CultureInfo.InvariantCulture, "{0:N0} done, {1:N0} failed, {2:N0} skipped, {3:N0} requests retried, {4:0.0} s", Done, Failed, Skipped, Retried, Elapsed.TotalSeconds);
}
