using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// Limits the number of concurrent operations of a connection, and ends the run for a connection on which no more requests can
/// succeed: the service or the proxy has rejected the credential, the service asks to wait longer than a run waits, or it is down.
/// </summary>
internal sealed class ConnectionGate(TokenConnection connection, int throttleLimit)
{
    // Most of these operations have retried their request, so more of them would only take time.
    private const int MaxFailuresInARow = 5;

    private readonly object _lock = new();
    private RunEnd? _end;
    private Operation? _firstNotTried;
    private int _notTried;
    private int _failuresInARow;

    public SemaphoreSlim Slots { get; } = new(throttleLimit);

    /// <summary>Determines whether the run has ended for the connection. An operation that is not tried is counted.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="error">The error of the operation; null if one error reports all operations that are not tried.</param>
    public bool HasEnded(Operation operation, out Exception? error)
    {
        lock (_lock)
        {
            error = _end is { Reason: null } ? _end.Cause : null;
            if (_end is null)
            {
                return false;
            }

            _firstNotTried ??= operation;
            _notTried++;
            return true;
        }
    }

    /// <summary>Records how an operation ended.</summary>
    /// <returns>The same value.</returns>
    public OperationEnd Record(OperationEnd end)
    {
        lock (_lock)
        {
            _failuresInARow = end == OperationEnd.Done ? 0 : _failuresInARow;
            return end;
        }
    }

    /// <summary>Records the error of a request after which no other can succeed, whatever became of its operation.</summary>
    /// <param name="error">The error; null if there was none.</param>
    public void RecordBlocking(ApiTokenException? error)
    {
        if (error is null)
        {
            return;
        }

        lock (_lock)
        {
            string reason = error.RetryAt is { } retryAt
                ? FormattableString.Invariant($"{connection.Service} asks to wait until {retryAt:u}")
                : "the proxy requires a valid credential";
            _end ??= new RunEnd(error, reason, error.Advice, error.ErrorId);
        }
    }

    /// <summary>Records the failure of an operation.</summary>
    public void Record(ApiTokenException error)
    {
        lock (_lock)
        {
            if (IsServiceDown(error))
            {
                _failuresInARow++;
            }
            else if (error.StatusCode is not null)
            {
                // The service has answered.
                _failuresInARow = 0;
            }

            _end ??= EndAfter(error);
        }
    }

    /// <summary>Returns the error about all operations that were not tried, and the first of them; null if there are none.</summary>
    public NotTried? TakeNotTried()
    {
        lock (_lock)
        {
            if (_firstNotTried is not { } operation || _end is not { Reason: { } reason, Cause: var cause } end)
            {
                return null;
            }

            string count = _notTried == 1
                ? "1 operation was not tried"
                : FormattableString.Invariant($"{_notTried:N0} operations were not tried");
            _firstNotTried = null;
            _notTried = 0;
            var error = new ApiTokenException(
                cause.Kind,
                $"The run ended for the connection '{connection.Name}', because {reason}. {count}.",
                end.Advice,
                end.ErrorId,
                cause)
            {
                StatusCode = cause.StatusCode,
                CorrelationId = cause.CorrelationId,
                RetryAt = cause.RetryAt,
            };
            return new NotTried(operation, error);
        }
    }

    // A token that was found after its response was lost shows that the service answers.
    private static bool IsServiceDown(ApiTokenException error) =>
        error.Kind is ErrorKind.ConnectionError or ErrorKind.OperationTimeout && error is not OrphanedTokenException;

    private RunEnd? EndAfter(ApiTokenException error)
    {
        if (error.Kind == ErrorKind.AuthenticationError)
        {
            return new RunEnd(error, Reason: null, error.Advice, error.ErrorId);
        }

        return _failuresInARow < MaxFailuresInARow ? null : new RunEnd(
            error,
            $"{MaxFailuresInARow} operations in a row failed: {connection.Service} cannot be reached or fails",
            $"Check the network and the status page of {connection.Service}, then run the operation again. With the same journal, a run "
                + "continues with the operations that are not done.",
            ErrorIds.ServiceUnavailable);
    }

    /// <summary>Why the run has ended for the connection.</summary>
    /// <param name="Cause">The error of the operation that ended it.</param>
    /// <param name="Reason">The reason for the message; null if each further operation has the error of the cause.</param>
    /// <param name="Advice">The recommended action.</param>
    /// <param name="ErrorId">The id of the error about the operations that were not tried.</param>
    private sealed record RunEnd(ApiTokenException Cause, string? Reason, Advice? Advice, string ErrorId);
}

/// <summary>The operations that were not tried because the run has ended for their connection.</summary>
/// <param name="Operation">The first of them.</param>
/// <param name="Error">The error about all of them.</param>
internal sealed record NotTried(Operation Operation, ApiTokenException Error);
