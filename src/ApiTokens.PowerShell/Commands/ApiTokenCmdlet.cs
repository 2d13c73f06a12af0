using System.Management.Automation;
using ApiTokens.PowerShell.Connections;
using ApiTokens.PowerShell.Display;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>What all cmdlets share: the runspace's connections, waiting for the core, and stopping.</summary>
public abstract class ApiTokenCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Ends the cmdlet, however its pipeline ended.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    internal CancellationToken Stop => _stop.Token;

    internal static ConnectionStore Connections => ConnectionStore.Current;

    /// <summary>Ctrl+C. The other ways in which a pipeline ends only dispose of the cmdlet.</summary>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Stops what is under way.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing && !_stop.IsCancellationRequested)
        {
            _stop.Cancel();
        }
    }

    /// <summary>Waits for the core on the pipeline's thread. Its failures come out as they are; a stop ends the pipeline.</summary>
    internal T Wait<T>(Func<CancellationToken, Task<T>> work) => Stoppable(() => work(Stop).GetAwaiter().GetResult());

    /// <summary>Takes what the core lists, one by one, on the pipeline's thread. A stop ends the pipeline.</summary>
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

    /// <summary>ShouldProcess, with names from a service or a file that cannot steer the terminal on which it is asked.</summary>
    internal bool Ask(string target, string action) => ShouldProcess(VisibleText.Printable(target), VisibleText.Printable(action));

    /// <summary>A connection as it is named where a user is asked.</summary>
    internal static string Describe(TokenConnection connection) => $"{connection.Name} ({connection.Service} {connection.Account})";

    /// <summary>The connections named on the command line, or the newest. None is an error that ends the pipeline.</summary>
    internal IReadOnlyList<TokenConnection> ResolveConnections(ConnectionReference[]? references)
    {
        try
        {
            return references is null ? [DefaultConnection()] : [.. references.SelectMany(Resolve).Distinct()];
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, references);
            throw;
        }
    }

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

    internal static TokenConnection DefaultConnection() => Connections.Default ?? throw new ApiTokenException(
        ErrorKind.ObjectNotFound, "There is no connection.", "Connect first: Connect-ApiTokenService, or Start-ApiTokenSandbox to try things out.", ErrorIds.ConnectionNotFound);

    internal static IReadOnlyList<TokenConnection> Resolve(ConnectionReference reference)
    {
        IReadOnlyList<TokenConnection> found = reference.Resolve(Connections);
        return found.Count > 0 ? found : throw new ApiTokenException(
            ErrorKind.ObjectNotFound,
            $"-Connection: there is no connection '{reference}'.",
            Connections.All.Count > 0 ? $"There is: {string.Join(", ", Connections.All)}." : "Connect first with Connect-ApiTokenService.",
            ErrorIds.ConnectionNotFound);
    }
}
