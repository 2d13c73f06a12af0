namespace ApiTokens.Http;

/// <summary>What the requests of one operation left behind for its journal and summary.</summary>
internal sealed class CallTrace
{
    private static readonly AsyncLocal<CallTrace?> Ambient = new();

    /// <summary>That of the operation which is running, if one is.</summary>
    public static CallTrace? Current => Ambient.Value;

    /// <summary>How often a request was sent again.</summary>
    public int Retries { get; private set; }

    /// <summary>The service's correlation id of the last answer.</summary>
    public string? CorrelationId { get; private set; }

    /// <summary>Starts one; it flows with the calls that follow.</summary>
    public static CallTrace Start() => Ambient.Value = new CallTrace();

    public void Add(int attempts, string? correlationId)
    {
        Retries += Math.Max(0, attempts - 1);
        CorrelationId = correlationId ?? CorrelationId;
    }
}
