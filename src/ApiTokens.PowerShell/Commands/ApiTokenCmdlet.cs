using System.Management.Automation;
using ApiTokens.PowerShell.Connections;
using ApiTokens.PowerShell.Display;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>The base class of all cmdlets: connections of the runspace, calls to the core, and stopping.</summary>
public abstract class ApiTokenCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

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

    internal void FailTerminating(ApiTokenException error, object? target) => ThrowTerminatingError(ErrorRecords.Create(error, target));

    /// <summary>Calls ShouldProcess with printable text, because names from a service or a file may contain control characters.</summary>
    internal bool Confirm(string target, string action) => ShouldProcess(ForeignText.InMessage(target), ForeignText.InMessage(action));

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

    private T Stoppable<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (OperationCanceledException) when (Stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
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

    private static ApiTokenException NoConnections() => new(
        ErrorKind.ObjectNotFound,
        "There are no connections.",
        "Connect with Connect-ApiTokenService, or with Start-ApiTokenSandbox to use the sandbox.",
        ErrorIds.ConnectionNotFound);
}
