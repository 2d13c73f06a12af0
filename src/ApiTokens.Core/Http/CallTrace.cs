namespace ApiTokens.Http;

/// <summary>Collects retries and correlation ids of the requests of one operation, for the journal and the summary.</summary>
internal sealed class CallTrace
{
    private static readonly AsyncLocal<CallTrace?> Ambient = new();

    private static long _lastNumber;

    /// <summary>The trace of the current operation; null outside an operation.</summary>
    public static CallTrace? Current => Ambient.Value;

    /// <summary>The number of the operation that started last, in this process.</summary>
    public static long LastNumber => Interlocked.Read(ref _lastNumber);

    /// <summary>The number of the operation. Later operations have higher numbers.</summary>
    public long Number { get; } = Interlocked.Increment(ref _lastNumber);

    /// <summary>The number of retries.</summary>
    public int Retries { get; private set; }

    /// <summary>The correlation id of the last response.</summary>
    public string? CorrelationId { get; private set; }

    /// <summary>
    /// The error after which no request of the connection can succeed: the service asks to wait too long, or the proxy requires another
    /// credential. An operation may not report it, such as one that is done except for a check.
    /// </summary>
    public ApiTokenException? BlockingError { get; private set; }

    /// <summary>Starts a trace. It flows with the asynchronous calls that follow.</summary>
    public static CallTrace Start() => Ambient.Value = new CallTrace();

    public void Add(int attempts, string? correlationId)
    {
        Retries += Math.Max(0, attempts - 1);
        CorrelationId = correlationId ?? CorrelationId;
    }

    /// <summary>Records an error, if it is a blocking one.</summary>
    /// <returns>The same error.</returns>
    public static ApiTokenException Record(ApiTokenException error)
    {
        if (Current is { } trace && error is { RetryAt: not null } or { ErrorId: ErrorIds.ProxyAuthenticationRequired })
        {
            trace.BlockingError ??= error;
        }

        return error;
    }
}
