using System.Globalization;
using System.Management.Automation;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Connections;
using ApiTokens.PowerShell.Delivery;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>
/// Cmdlets that change many tokens at once. They ask and queue on the pipeline's thread; the core does the work and this
/// thread writes what comes back, while input still arrives.
/// </summary>
public abstract class BulkCmdlet : ApiTokenCmdlet
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    private readonly List<ApiToken> _unsaved = [];
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
        Named = NamedConnections is { } references ? ResolveConnections(references) : null;
        try
        {
            Delivery = CreateDelivery();
            if (Delivery is not null && WritesPlainText)
            {
                throw ApiTokenException.InvalidParameter("AsPlainText", "the secret goes elsewhere.", "Leave it out with -Vault and -Path.");
            }

            Delivery?.Prepare();
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, null);
        }

        try
        {
            // A journal is for all accounts that the input can name. -WhatIf looks at one and begins none.
            string? path = JournalPath is null ? null : FullJournalPath(JournalPath);
            Journal = path is null || (IsWhatIf && !File.Exists(path)) ? null : Journal.Open(path, JournalOperation, Named ?? Connections.All);
            _runner = new OperationRunner(ThrottleLimit, Journal);
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
        foreach (ApiToken token in _unsaved.Concat(_runner?.Undelivered ?? []))
        {
            // The pipeline is gone, the host is not: such a token exists, and nobody has its secret.
            Host.UI.WriteWarningLine(VisibleText.Printable($"The pipeline ended before the secret of {token} on {token.Connection} was delivered. Remove it: {CommandText.Remove(token)}"));
        }

        foreach (PendingRetirement both in _runner?.PendingRetirements ?? [])
        {
            string again = both.Resumable ? " Or run it again with the same journal." : string.Empty;
            Host.UI.WriteWarningLine(VisibleText.Printable($"The pipeline ended after the successor {both.Successor.Id} of {both.Predecessor} on {both.Predecessor.Connection} was delivered and before that one was retired: both may work. If the successor does, remove its predecessor: {CommandText.Remove(both.Predecessor)}{again}"));
        }

        _unsaved.Clear();
        _runner = null;
    }

    /// <summary>The operation whose journal it is; most often its own.</summary>
    internal virtual string JournalOperation => Operation;

    /// <summary>The full path of a journal, which is a file.</summary>
    internal string FullJournalPath(string path)
    {
        try
        {
            string full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            if (provider.Name == "FileSystem" && !string.IsNullOrWhiteSpace(path) && Path.GetFullPath(full).Length > 0)
            {
                return full;
            }
        }
        catch (Exception e) when (e is RuntimeException or ArgumentException or NotSupportedException or IOException)
        {
            // Said below: a drive that is not there, or what no path can have.
        }

        throw new ApiTokenException(
            ErrorKind.InvalidArgument, $"-JournalPath: '{(path.Length > 200 ? path.Substring(0, 200) + "…" : path)}' is no path of a file.", "Give one in the file system.", ErrorIds.JournalNotOpened);
    }

    /// <summary>The journal of this run.</summary>
    internal Journal? Journal { get; private set; }

    /// <summary>Where secrets go in place of the pipeline.</summary>
    internal SecretDelivery? Delivery { get; private set; }

    /// <summary>What the command line says of connections.</summary>
    internal abstract ConnectionReference[]? NamedConnections { get; }

    /// <summary>The connections that the command line names; null where it names none.</summary>
    internal IReadOnlyList<TokenConnection>? Named { get; private set; }

    /// <summary>Whether the user asked for secrets as text.</summary>
    internal virtual bool WritesPlainText => false;

    /// <summary>Reads from the parameters where secrets go; null for the pipeline.</summary>
    internal virtual SecretDelivery? CreateDelivery() => null;

    /// <summary>The id of the token whose place in a vault the one that an operation issues may take.</summary>
    internal virtual string? ReplacedBy(Operation operation) => null;

    /// <summary>Queues an operation that issues a token, unless its secret would go where another one of this run does.</summary>
    internal void Queue(Operation operation, ApiToken expected)
    {
        if (Journal?.IsDone(operation) != true)
        {
            Delivery?.Reserve(expected, KeyOf(operation));
        }

        Queue(operation);
    }

    /// <summary>Whether nothing shall be changed.</summary>
    internal bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
        ? LanguagePrimitives.IsTrue(given)
        : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));

    internal void Queue(Operation operation)
    {
        if (RequestsPerSecond > 0)
        {
            operation.Connection.RequestsPerSecond = RequestsPerSecond;
        }

        Guarded(runner => runner.Add(operation, Take));
        ShowProgress();
    }

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
        switch (report)
        {
            case { IsWithdrawal: true }:
                Withdraw(report);
                break;
            case { Output: IssuedToken issued } when Delivery is not null:
                Save(report, issued, Delivery);
                break;
            case { Output: IssuedToken issued }:
                WriteObject(Issued.ForOutput(issued, WritesPlainText));
                break;
            case { Output: { } output }:
                WriteObject(output);
                break;
            case { VerboseMessage: { } remark }:
                WriteVerbose(VisibleText.Printable(remark));
                break;
        }

        if (report.Error is not { } error)
        {
            return;
        }

        ErrorRecord record = ErrorRecords.Create(error, error switch
        {
            OrphanedTokenException orphan => orphan.Token,
            SecretNotSavedException unsaved => unsaved.Token,
            _ => report.Operation.Target,
        });
        if (error is ApiTokenException { Kind: ErrorKind.AuthenticationError } or ApiTokenException { ErrorId: ErrorIds.JournalNotWritten })
        {
            ThrowTerminatingError(record);
        }

        WriteError(record);
    }

    // A secret that cannot be put where it belongs is not lost: it goes down the pipeline, and with the error.
    private void Save(OperationEvent report, IssuedToken issued, SecretDelivery delivery)
    {
        try
        {
            delivery.Save(PSObject.AsPSObject(issued.WithoutSecret()), issued.Secret, KeyOf(report.Operation), ReplacedBy(report.Operation));
        }
        catch (ApiTokenException e)
        {
            WriteObject(issued);
            report.Reject(new SecretNotSavedException(
                issued,
                $"{e.Message} The secret of {issued} is returned with the token, and is the TargetObject of this error.",
                e.RecommendedAction ?? "Save it: Save-ApiTokenSecret",
                e));
            return;
        }
        catch (PipelineStoppedException)
        {
            _unsaved.Add(issued.WithoutSecret());
            throw;
        }

        // Whatever becomes of the pipeline now, the secret has arrived.
        report.Accept();
        WriteObject(issued.WithoutSecret());
    }

    private void Withdraw(OperationEvent report)
    {
        try
        {
            Delivery?.Withdraw(KeyOf(report.Operation));
        }
        catch (ApiTokenException e)
        {
            report.Reject(e);
        }
    }

    private static string KeyOf(Operation operation) => $"{operation.Connection.Service} {operation.Connection.Account} {operation.Key}";

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
