namespace ApiTokens.Http;

/// <summary>Collects retries and correlation ids of the requests of one operation, for the journal and the summary.</summary>
internal sealed class CallTrace
{
    private static readonly AsyncLocal<CallTrace?> Ambient = new();

    /// <summary>The trace of the current operation; null outside an operation.</summary>
    public static CallTrace? Current => Ambient.Value;

    /// <summary>The number of retries.</summary>
    public int Retries { get; private set; }

    /// <summary>The correlation id of the last response.</summary>
    public string? CorrelationId { get; private set; }

    /// <summary>Starts a trace. It flows with the asynchronous calls that follow.</summary>
    public static CallTrace Start() => Ambient.Value = new CallTrace();

    public void Add(int attempts, string? correlationId)
    {
        Retries += Math.Max(0, attempts - 1);
        CorrelationId = correlationId ?? CorrelationId;
    }
}
