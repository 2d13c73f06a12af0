using System.Globalization;
using System.Management.Automation;
using ApiTokens.Bulk;
using ApiTokens.Http;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>
/// Cmdlets that change many tokens at once. They ask and queue on the pipeline's thread; the core does the work and this
/// thread writes what comes back, while input still arrives.
/// </summary>
public abstract class BulkCmdlet : ApiTokenCmdlet
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    private OperationRunner? _runner;
    private TimeSpan _progressShown;
    private bool _inputEnded;

    /// <summary>How many requests may run at once for each connection.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 16;

    /// <summary>The most requests a second for each connection; it stays with the connection.</summary>
    [Parameter]
    [ValidateRange(0.1, 100_000)]
    public double RequestsPerSecond { get; set; }

    /// <summary>A file that notes each start and end. Run with the same file again, what is done is left out; it is the audit record too.</summary>
    [Parameter]
    public string? JournalPath { get; set; }

    /// <summary>The operation's name in journals, such as <c>Remove</c>.</summary>
    internal abstract string Operation { get; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            Journal? journal = JournalPath is null
                ? null
                : Journal.Open(GetUnresolvedProviderPathFromPSPath(JournalPath), Operation, JournalConnections(), TimeProvider.System);
            _runner = new OperationRunner(ThrottleLimit, journal);
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, JournalPath);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _inputEnded = true;
        Guarded(runner => runner.Complete(Take, ShowProgress));
        if (_runner is { Added: > 0 } runner)
        {
            WriteInformation(runner.Summary, ["ApiTokens", "Summary"]);
        }

        if (_progressShown > TimeSpan.Zero)
        {
            WriteProgress(Progress(ProgressRecordType.Completed));
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        _runner?.Stop();
        base.StopProcessing();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _runner?.Dispose();
        base.Dispose(disposing);
        foreach (ApiToken token in _runner?.Undelivered ?? [])
        {
            // The pipeline is gone, the host is not: such a token exists, and nobody has its secret.
            Host.UI.WriteWarningLine($"The pipeline ended before the secret of {token} on {token.Connection} was delivered. Remove it: Remove-ApiToken -Id {token.Id} -Connection {token.Connection}");
        }

        _runner = null;
    }

    /// <summary>The connections that a journal of this run is for: all that its input can name.</summary>
    internal virtual IReadOnlyCollection<TokenConnection> JournalConnections() => Connections.All;

    internal void Queue(Operation operation)
    {
        if (RequestsPerSecond > 0)
        {
            operation.Connection.RequestsPerSecond = RequestsPerSecond;
        }

        Guarded(runner => runner.Add(operation, Take));
        ShowProgress();
    }

    /// <summary>Brings a result into the form in which it goes to the pipeline.</summary>
    internal virtual object ForOutput(object output) => output;

    // Whatever leaves the loop, a stop, a downstream error, -ErrorAction Stop: no further request starts.
    private void Guarded(Action<OperationRunner> work)
    {
        OperationRunner runner = _runner ?? throw new PipelineStoppedException();
        try
        {
            work(runner);
        }
        catch (OperationCanceledException)
        {
            runner.Stop();
            throw new PipelineStoppedException();
        }
        catch (ApiTokenException e)
        {
            runner.Stop();
            FailTerminating(e, JournalPath);
        }
        catch
        {
            runner.Stop();
            throw;
        }
    }

    private void Take(OperationEvent report)
    {
        if (report.Output is { } output)
        {
            WriteObject(ForOutput(output));
        }

        if (report.Error is not { } error)
        {
            return;
        }

        ErrorRecord record = ErrorRecords.Create(error, (error as OrphanedTokenException)?.Token ?? report.Operation.Target);
        if (error is ApiTokenException { Kind: ErrorKind.AuthenticationError })
        {
            ThrowTerminatingError(record);
        }

        WriteError(record);
    }

    // Nothing for a single token, and nothing faster than eyes can follow.
    private void ShowProgress()
    {
        if (_runner is not { Added: > 1 } runner || runner.Summary is not { } summary || summary.Elapsed - _progressShown < ProgressInterval)
        {
            return;
        }

        _progressShown = summary.Elapsed;
        WriteProgress(Progress(ProgressRecordType.Processing));
    }

    // A new one each time: whoever collects them would else find the last one as often.
    private ProgressRecord Progress(ProgressRecordType type)
    {
        OperationRunner runner = _runner!;
        OperationSummary summary = runner.Summary;
        double rate = summary.Ended / Math.Max(0.001, summary.Elapsed.TotalSeconds);
        string total = _inputEnded ? $" of {runner.Added.ToString("N0", CultureInfo.InvariantCulture)}" : string.Empty;
        string status = string.Format(CultureInfo.InvariantCulture, "{0:N0}{1}, {2:N0} a second, {3:N0} failed", summary.Ended, total, rate, summary.Failed);
        return new ProgressRecord(0, $"{Operation} API tokens", status)
        {
            RecordType = type,
            PercentComplete = _inputEnded ? (int)(100L * summary.Ended / runner.Added) : -1,
            SecondsRemaining = _inputEnded && rate > 0 ? (int)((runner.Added - summary.Ended) / rate) : -1,
        };
    }
}
