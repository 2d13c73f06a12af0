using System.Management.Automation;
using ApiTokens.Bulk;
using ApiTokens.Http;

namespace ApiTokens.PowerShell.Commands;

/// <summary>
/// Cmdlets that change many tokens at once. They ask and queue on the pipeline's thread; the core does the work and this
/// thread writes what comes back, while input still arrives.
/// </summary>
public abstract class BulkCmdlet : ApiTokenCmdlet
{
    private OperationRunner? _runner;

    /// <summary>How many requests may run at once for each connection.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 16;

    /// <inheritdoc/>
    protected override void BeginProcessing() => _runner = new OperationRunner(ThrottleLimit);

    /// <inheritdoc/>
    protected override void EndProcessing() => Guarded(runner => runner.Complete(Take));

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

    internal void Queue(Operation operation) => Guarded(runner => runner.Add(operation, Take));

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

        var record = ErrorRecords.Create(error, report.Operation.Target);
        if (error is ApiTokenException { Kind: ErrorKind.AuthenticationError })
        {
            ThrowTerminatingError(record);
        }

        WriteError(record);
    }
}
