using System.Management.Automation;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Connections;
using ApiTokens.PowerShell.Delivery;
using ApiTokens.PowerShell.Display;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>
/// Cmdlets that change many tokens at once. They bind, ask, and hand operations to the core, which runs them while input
/// still arrives; this thread writes what they report.
/// </summary>
public abstract class BulkCmdlet : ApiTokenCmdlet
{
    private OperationRunner? _runner;
    private RunProgress? _progress;
    private DeliverySink? _sink;

    /// <summary>How many requests may run at once for each connection.</summary>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 16;

    /// <summary>The most requests a second for each connection; it stays with the connection.</summary>
    [Parameter]
    [ValidateRange(0.1, 100_000)]
    public double RequestsPerSecond { get; set; }

    /// <summary>A file that records each start and end. A run with the same file skips what is done; the file is the audit record too.</summary>
    [Parameter]
    public string? JournalPath { get; set; }

    /// <summary>The operation's name in journals, such as <c>Remove</c>.</summary>
    internal abstract string OperationName { get; }

    /// <summary>The operation of the journal that is used; usually its own.</summary>
    internal virtual string JournalOperation => OperationName;

    /// <summary>The connections of the command line.</summary>
    internal abstract ConnectionReference[]? NamedConnections { get; }

    /// <summary>The connections that the command line names; null where it names none.</summary>
    internal IReadOnlyList<TokenConnection>? Named { get; private set; }

    /// <summary>The old tokens that the journal has for later.</summary>
    internal RetirementSchedule? Retirements { get; private set; }

    /// <summary>Whether secrets go to a vault or to files.</summary>
    internal bool SavesSecrets => _sink is not null;

    /// <summary>Whether the user asked for secrets as text.</summary>
    internal virtual bool WritesPlainText => false;

    /// <summary>Whether nothing shall be changed.</summary>
    internal bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
        ? LanguagePrimitives.IsTrue(given)
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

        try
        {
            JournalWriter? journal = OpenJournal();
            Retirements = journal?.Retirements;
            _runner = new OperationRunner(ThrottleLimit, new PipelineOutput(this, WritesPlainText), _sink, journal);
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
        Guarded(runner => runner.Complete(_progress.Show));
        if (_runner is { Added: > 0 } runner)
        {
            WriteInformation(runner.Summary, ["ApiTokens", "Summary"]);
        }

        _progress.Complete();
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

        // The pipeline is gone; the host is not.
        foreach (ApiToken token in _runner?.Undelivered ?? [])
        {
            Warn($"The pipeline ended before the secret of {token} on {token.Connection} was delivered. Remove the token: {CommandText.Remove(token)}");
        }

        foreach (PendingRetirement pending in _runner?.PendingRetirements ?? [])
        {
            string resume = pending.Resumable ? " Or run the same command again with the same journal." : string.Empty;
            Warn($"The pipeline ended after the new token {pending.Successor.Id}, which replaces {pending.Predecessor} on {pending.Predecessor.Connection}, was delivered, and before the old token was retired. Both may work. If the new token works, remove the old one: {CommandText.Remove(pending.Predecessor)}{resume}");
        }

        _runner = null;
    }

    /// <summary>The full path of a journal, which is a file.</summary>
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
            // Reported below: a drive that does not exist, or characters that no path can have.
        }

        string shown = path.Length > 200 ? path.Substring(0, 200) + "…" : path;
        throw ApiTokenException.OfField(
            nameof(JournalPath), ErrorKind.InvalidArgument, $"'{shown}' is not a path of a file.", "Specify a path in the file system.", ErrorIds.JournalNotOpened);
    }

    /// <summary>Reads from the parameters where secrets go; null for the pipeline.</summary>
    internal virtual SecretDelivery? CreateDelivery() => null;

    /// <summary>Queues an operation that issues a token, unless its secret would go where another one of this run goes.</summary>
    internal void Queue(Operation operation, ApiToken expected)
    {
        if (_runner?.WasDoneBefore(operation) != true)
        {
            _sink?.Reserve(operation, expected);
        }

        Queue(operation);
    }

    internal void Queue(Operation operation)
    {
        if (RequestsPerSecond > 0)
        {
            operation.Connection.RequestsPerSecond = RequestsPerSecond;
        }

        Guarded(runner => runner.Add(operation));
        _progress!.Show();
    }

    private DeliverySink? CreateSink()
    {
        if (CreateDelivery() is not { } delivery)
        {
            return null;
        }

        if (WritesPlainText)
        {
            throw ApiTokenException.InvalidParameter("AsPlainText", "the secret goes elsewhere.", "Leave it out with -Vault and -Path.");
        }

        delivery.Prepare();
        return new DeliverySink(delivery);
    }

    // A journal is for all accounts that the input can name. -WhatIf reads an existing one and creates none.
    private JournalWriter? OpenJournal()
    {
        string? path = JournalPath is null ? null : FullJournalPath(JournalPath);
        return path is null || (IsWhatIf && !File.Exists(path))
            ? null
            : JournalWriter.Open(path, JournalOperation, (Named ?? Connections.All).Select(connection => connection.AccountIdentity));
    }

    // Whatever leaves the loop (a stop, a downstream error, -ErrorAction Stop): no further request starts.
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

    private void Warn(string message) => Host.UI.WriteWarningLine(VisibleText.Printable(message));
}
