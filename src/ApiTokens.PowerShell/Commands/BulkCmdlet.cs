using System.Management.Automation;
using ApiTokens.Audit;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;
using ApiTokens.PowerShell.Delivery;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>
/// The base class of cmdlets that change tokens. It binds parameters, asks for confirmation and queues operations. The core runs them
/// concurrently while the input is still arriving, and the pipeline thread writes their output.
/// </summary>
public abstract partial class BulkCmdlet : ApiTokenCmdlet
{
    private OperationRunner? _runner;
    private PipelineOutput? _output;
    private RunProgress? _progress;
    private DeliverySink? _sink;
    private JournalWriter? _journal;

    /// <summary>The maximum number of concurrent operations per connection.</summary>
    [Parameter(HelpMessage = "Specifies the maximum number of concurrent operations for each connection, from 1 to 256.")]
    [ValidateRange(1, 256)]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public int ThrottleLimit { get; set; } = 16;

    /// <summary>The maximum number of requests per second for each connection. The connection keeps this setting.</summary>
    [Parameter(HelpMessage = "Specifies the maximum number of requests per second for each connection.")]
    [ValidateRange(0.1, 100_000)]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public double RequestsPerSecond { get; set; }

    /// <summary>The journal file. A run with the same file skips completed operations. The file is also an audit record.</summary>
    [Parameter(HelpMessage = "Specifies a file that records the start and the end of each operation.")]
    public string? JournalPath { get; set; }

    /// <summary>The reason for the changes, such as the number of a ticket. The journal records it; no service receives it.</summary>
    [Parameter(HelpMessage = "Specifies the reason for the changes, such as the number of a ticket.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string? Reason { get; set; }

    /// <summary>The name of the operation, such as <c>Remove</c>.</summary>
    internal abstract string OperationName { get; }

    /// <summary>The name of the operation in the journal; by default <see cref="OperationName"/>.</summary>
    internal virtual string JournalOperation => OperationName;

    /// <summary>The value of the parameter -Connection.</summary>
    internal abstract ConnectionReference[]? NamedConnections { get; }

    /// <summary>The specified connections; null if none are specified.</summary>
    internal IReadOnlyList<TokenConnection>? Named { get; private set; }

    /// <summary>The old tokens that the journal schedules to be retired.</summary>
    internal RetirementSchedule? Retirements { get; private set; }

    /// <summary>Whether secrets are saved or deployed, and not written to the pipeline.</summary>
    internal bool SavesSecrets => _sink is not null;

    /// <summary>Whether secrets are written to the pipeline.</summary>
    internal virtual bool ReturnsSecrets => false;

    /// <summary>How to continue a run that has no journal.</summary>
    internal abstract string ResumeWithoutJournal { get; }

    /// <summary>Whether secrets are written as plain text.</summary>
    internal virtual bool WritesPlainText => false;

    /// <summary>Whether -WhatIf or $WhatIfPreference is set.</summary>
    internal bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? value)
        ? LanguagePrimitives.IsTrue(value)
        : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        Named = NamedConnections is { } references ? ResolveConnections(references) : null;
        try
        {
            _sink = CreateSink();
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, null);
        }

        if (Reason is not null && JournalPath is null)
        {
            FailTerminating(
                ApiTokenException.InvalidParameter(
                    nameof(Reason), "it requires -JournalPath. The journal records it.", "Specify -JournalPath as well."),
                Reason);
        }

        try
        {
            _journal = OpenJournal();
            Retirements = _journal?.Retirements;
            _output = new PipelineOutput(this, WritesPlainText);
            _runner = new OperationRunner(ThrottleLimit, _output, _sink, _journal);
            _progress = new RunProgress(this, $"{OperationName} API tokens", _runner);
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, JournalPath);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _progress!.IsInputComplete = true;
        Guarded(runner =>
        {
            if (!IsWhatIf)
            {
                runner.CheckUnfinished(Named ?? Connections.All);
            }

            runner.Complete(ShowProgress);
        });
        if (_runner is { Added: > 0 } runner)
        {
            WriteInformation(runner.Summary, ["ApiTokens", "Summary"]);
            WriteSummaryLine(runner);
        }

        _progress.Complete();
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        _runner?.Stop();
        base.StopProcessing();
    }

    /// <summary>Returns the full path of a journal, which must be a file system path.</summary>
    /// <exception cref="ApiTokenException"><c>JournalNotOpened</c>.</exception>
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
            // The drive does not exist, or the path is not valid. The error is reported below.
        }

        throw ApiTokenException.OfField(
            nameof(JournalPath),
            ErrorKind.InvalidArgument,
            $"'{ForeignText.Argument(path)}' is not a file system path.",
            "Specify a path in the file system.",
            ErrorIds.JournalNotOpened);
    }

    /// <summary>Reads a policy for new tokens; null if there is none. An invalid policy ends the pipeline.</summary>
    internal IssuePolicy? ReadIssuePolicy(string? path)
    {
        try
        {
            return path is null ? null : new IssuePolicy(PolicyFile.Read(GetUnresolvedProviderPathFromPSPath(path)));
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, path);
            throw;
        }
    }

    /// <summary>Creates the deliveries of secrets from the parameters; empty for the pipeline.</summary>
    internal virtual IReadOnlyList<SecretDelivery> CreateDeliveries() => [];

    /// <summary>Queues an operation that issues a token, unless another secret of this run has the same destination.</summary>
    internal void Queue(Operation operation, ApiToken expected)
    {
        if (_runner?.WasDoneBefore(operation) != true)
        {
            _sink?.Reserve(operation, expected, isResumed: _journal is { } journal && operation.WasStartedIn(journal));
        }

        Queue(operation);
    }

    /// <summary>Throws if the secret of an operation could not be delivered. For -WhatIf, which queues nothing.</summary>
    internal void CheckDestination(Operation operation, ApiToken expected) => _sink?.Reserve(operation, expected, isResumed: false);

    internal void Queue(Operation operation)
    {
        if (RequestsPerSecond > 0)
        {
            operation.Connection.RequestsPerSecond = RequestsPerSecond;
        }

        Guarded(runner => runner.Add(operation));
        _progress!.Show();
    }

    /// <summary>Waits for the queued operations to end.</summary>
    internal void CompleteQueued() => Guarded(runner => runner.Complete(ShowProgress));

    private void ShowProgress()
    {
        _progress!.Show();
        WriteRequests();
    }

    private DeliverySink? CreateSink()
    {
        IReadOnlyList<SecretDelivery> deliveries = CreateDeliveries();
        if (deliveries.Count == 0)
        {
            return null;
        }

        if (WritesPlainText)
        {
            throw ApiTokenException.InvalidParameter(
                "AsPlainText", "it cannot be combined with -Vault, -Path or -Deploy.", "Omit -AsPlainText.");
        }

        foreach (SecretDelivery delivery in deliveries)
        {
            delivery.Prepare();
        }

        return new DeliverySink(deliveries);
    }

    // A journal includes all accounts that the input can refer to. With -WhatIf, an existing journal is read, but none is created.
    private JournalWriter? OpenJournal()
    {
        string? path = JournalPath is null ? null : FullJournalPath(JournalPath);
        foreach (TokenConnection unknown in (Named ?? Connections.All).Where(connection => path is not null && !connection.IsAccountKnown))
        {
            WriteWarning(ForeignText.InMessage(
                $"{unknown.Service} did not tell the id of the user of the connection '{unknown.Name}'. The journal cannot distinguish its "
                + "tokens from those of other users at the address."));
        }

        if (path is null || (IsWhatIf && !File.Exists(path)))
        {
            return null;
        }

        JournalWriter journal = JournalWriter.Open(
            path, JournalOperation, (Named ?? Connections.All).Select(connection => connection.AccountIdentity));
        journal.Reason = Reason;
        return journal;
    }

    // However the loop ends (Ctrl+C, a downstream error, -ErrorAction Stop), no further requests are sent.
    private void Guarded(Action<OperationRunner> work)
    {
        OperationRunner runner = _runner ?? throw new PipelineStoppedException();
        try
        {
            Observe(() =>
            {
                work(runner);
                return runner;
            });
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
}
