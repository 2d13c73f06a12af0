using System.Collections.Concurrent;
using System.Diagnostics;
using System.Management.Automation;
using ApiTokens.Http;
using ApiTokens.PowerShell.Connections;
using ApiTokens.PowerShell.Display;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>The base class of all cmdlets: connections of the runspace, calls to the core, and stopping.</summary>
public abstract class ApiTokenCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<RequestAttempt> _attempts = new();
    private bool? _isDebug;

    /// <summary>Ends the cmdlet. PowerShell calls it however the pipeline ends.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    internal CancellationToken Stop => _stop.Token;

    internal static ConnectionStore Connections => ConnectionStore.Current;

    /// <summary>Handles Ctrl+C. If the pipeline ends in another way, PowerShell only disposes the cmdlet.</summary>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Cancels pending work.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing && !_stop.IsCancellationRequested)
        {
            _stop.Cancel();
        }
    }

    /// <summary>Waits for a task on the pipeline thread. Exceptions are passed on; cancellation ends the pipeline.</summary>
    internal T Wait<T>(Func<CancellationToken, Task<T>> work) => Stoppable(() => work(Stop).GetAwaiter().GetResult());

    /// <summary>Enumerates a list on the pipeline thread. Cancellation ends the pipeline.</summary>
    internal IEnumerable<T> Enumerate<T>(Func<CancellationToken, IEnumerable<T>> list)
    {
        using IEnumerator<T> items = list(Stop).GetEnumerator();
        while (Stoppable(items.MoveNext))
        {
            yield return items.Current;
        }
    }

    internal void Fail(ApiTokenException error, object? target) => WriteError(ErrorRecords.Create(error, target));

    /// <summary>Writes the error of one input. Without any connection, every input would fail, so the error ends the pipeline.</summary>
    internal void FailInput(ApiTokenException error, object? target, TokenConnection? connection = null, string? row = null)
    {
        if (Connections.All.Count == 0 || error.Kind == ErrorKind.AuthenticationError)
        {
            FailTerminating(error, target);
        }

        WriteError(ErrorRecords.Create(error, target, connection?.Name, row));
    }

    internal void FailTerminating(ApiTokenException error, object? target) => ThrowTerminatingError(ErrorRecords.Create(error, target));

    /// <summary>Calls ShouldProcess with printable text, because names from a service or a file may contain control characters.</summary>
    internal bool Confirm(string target, string action) =>
        WhileAsking(() => ShouldProcess(ForeignText.InMessage(target), ForeignText.InMessage(action)));

    /// <summary>The time in which prompts waited for the user. It does not count as time of the run.</summary>
    internal TimeSpan AskingTime { get; private set; }

    /// <summary>Calls a method that may prompt.</summary>
    internal T WhileAsking<T>(Func<T> ask)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            return ask();
        }
        finally
        {
            AskingTime += watch.Elapsed;
        }
    }

    /// <summary>Returns the description of a connection for confirmation prompts.</summary>
    internal static string Describe(TokenConnection connection) => $"{connection.Name} ({connection.Service} {connection.Account})";

    /// <summary>Returns the specified connections, or the default connection. If there is none, an error ends the pipeline.</summary>
    internal IReadOnlyList<TokenConnection> ResolveConnections(ConnectionReference[]? references)
    {
        try
        {
            return references is null ? [DefaultConnection()] : [.. references.SelectMany(Resolve).Distinct()];
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, references is null ? null : Target(references));
            throw;
        }
    }

    // A name may be a misplaced secret.
    private static object Target(ConnectionReference[] references) =>
        Array.Exists(references, reference => ForeignText.Argument(reference.Name) != reference.Name)
            ? string.Join(", ", references.Select(reference => reference.Name))
            : references;

    /// <summary>Calls the core. With -Debug, writes a line for each request that it sends.</summary>
    internal T Observe<T>(Func<T> work)
    {
        if (!(_isDebug ??= IsDebug()))
        {
            return work();
        }

        using IDisposable observation = RequestLog.Observe(_attempts.Enqueue);
        try
        {
            return work();
        }
        finally
        {
            WriteRequests();
        }
    }

    /// <summary>With -Debug, writes a line for each request that was sent since the last call.</summary>
    internal void WriteRequests()
    {
        while (_attempts.TryDequeue(out RequestAttempt? attempt))
        {
            WriteDebug(attempt.ToString());
        }
    }

    private bool IsDebug() => MyInvocation.BoundParameters.TryGetValue("Debug", out object? debug)
        ? LanguagePrimitives.IsTrue(debug)
        : SessionState.PSVariable.GetValue("DebugPreference") is { } preference
            && LanguagePrimitives.ConvertTo<ActionPreference>(preference)
                is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);

    private T Stoppable<T>(Func<T> work)
    {
        try
        {
            return Observe(work);
        }
        catch (OperationCanceledException) when (Stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Writes a connection, with a property that tells whether it is the default now.</summary>
    internal void WriteConnection(TokenConnection connection)
    {
        var shown = PSObject.AsPSObject(connection);
        shown.Properties.Remove("IsDefault");
        shown.Properties.Add(new PSNoteProperty("IsDefault", connection == Connections.Default));
        WriteObject(shown);
    }

    internal static TokenConnection DefaultConnection() => Connections.Default ?? throw NoConnections();

    internal static IReadOnlyList<TokenConnection> Resolve(ConnectionReference reference)
    {
        IReadOnlyList<TokenConnection> found = reference.Resolve(Connections);
        return found.Count > 0 ? found
            : throw (Connections.All.Count == 0 ? NoConnections() : new ApiTokenException(
                ErrorKind.ObjectNotFound,
                $"-Connection: the connection '{ForeignText.Argument(reference.Name)}' does not exist.",
                $"The connections are: {string.Join(", ", Connections.All)}.",
                ErrorIds.ConnectionNotFound));
    }

    /// <summary>Returns the only specified connection, or the default connection.</summary>
    /// <exception cref="ApiTokenException">There is none, or there are several.</exception>
    internal static TokenConnection OneConnection(ConnectionReference[]? references)
    {
        TokenConnection[] found = references is null ? [DefaultConnection()] : [.. references.SelectMany(Resolve).Distinct()];
        return found.Length == 1 ? found[0] : throw new ApiTokenException(
            ErrorKind.InvalidArgument,
            $"-Connection: '{string.Join(", ", references!.Select(reference => reference.Name))}' matches {found.Length} connections.",
            $"Specify one of {string.Join(", ", found.Select(connection => connection.Name))}.",
            ErrorIds.AmbiguousConnection);
    }

    private static ApiTokenException NoConnections() => new(
        ErrorKind.ObjectNotFound,
        "There are no connections.",
        "Connect with Connect-ApiTokenService, or with Start-ApiTokenSandbox to use the sandbox.",
        ErrorIds.ConnectionNotFound);
}
