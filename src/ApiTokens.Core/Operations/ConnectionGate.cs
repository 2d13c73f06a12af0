using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// Limits the number of concurrent operations of a connection, and ends the run for a connection on which no more requests can
/// succeed: the service or the proxy has rejected the credential, or the service asks to wait longer than a run waits.
/// </summary>
internal sealed class ConnectionGate(TokenConnection connection, int throttleLimit)
{
    private readonly object _lock = new();
    private ApiTokenException? _end;
    private Operation? _firstNotTried;
    private int _notTried;

    public SemaphoreSlim Slots { get; } = new(throttleLimit);

    /// <summary>Determines whether the run has ended for the connection. An operation that is not tried is counted.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="error">The error of the operation; null if one error reports all operations that are not tried.</param>
    public bool HasEnded(Operation operation, out Exception? error)
    {
        lock (_lock)
        {
            error = _end?.Kind == ErrorKind.AuthenticationError ? _end : null;
            if (_end is null)
            {
                return false;
            }

            _firstNotTried ??= operation;
            _notTried++;
            return true;
        }
    }

    /// <summary>Records the failure of an operation.</summary>
    public void OnFailure(ApiTokenException error)
    {
        lock (_lock)
        {
            _end ??= error.Kind == ErrorKind.AuthenticationError ? error : CauseIn(error);
        }
    }

    /// <summary>Returns the error about all operations that were not tried, and the first of them; null if there are none.</summary>
    public NotTried? TakeNotTried()
    {
        lock (_lock)
        {
            if (_firstNotTried is not { } operation || _end is not { } end || end.Kind == ErrorKind.AuthenticationError)
            {
                return null;
            }

            string count = _notTried == 1
                ? "1 operation was not tried"
                : FormattableString.Invariant($"{_notTried:N0} operations were not tried");
            _firstNotTried = null;
            _notTried = 0;
            string reason = end.RetryAt is { } retryAt
                ? FormattableString.Invariant($"{connection.Service} asks to wait until {retryAt:u}")
                : "the proxy requires a valid credential";
            var error = new ApiTokenException(
                end.Kind,
                $"The run ended for the connection '{connection.Name}', because {reason}. {count}.",
                end.Advice,
                end.ErrorId,
                end)
            {
                StatusCode = end.StatusCode,
                CorrelationId = end.CorrelationId,
                RetryAt = end.RetryAt,
            };
            return new NotTried(operation, error);
        }
    }

    // The error of an operation with several steps may contain that of a request.
    private static ApiTokenException? CauseIn(Exception? error)
    {
        while (error is not null
            and not ApiTokenException { RetryAt: not null }
            and not ApiTokenException { ErrorId: ErrorIds.ProxyAuthenticationRequired })
        {
            error = error.InnerException;
        }

        return (ApiTokenException?)error;
    }
}

/// <summary>The operations that were not tried because the run has ended for their connection.</summary>
/// <param name="Operation">The first of them.</param>
/// <param name="Error">The error about all of them.</param>
internal sealed record NotTried(Operation Operation, ApiTokenException Error);
