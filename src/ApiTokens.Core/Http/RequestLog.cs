namespace ApiTokens.Http;

/// <summary>One attempt of a request. It contains no header and no body, and so no secret.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path, without the query.</param>
/// <param name="Status">The status of the response; null if there was none.</param>
/// <param name="Elapsed">The time until the response was read.</param>
/// <param name="Attempt">The number of the attempt, from 1.</param>
public sealed record RequestAttempt(string Method, string Path, int? Status, TimeSpan Elapsed, int Attempt)
{
    /// <summary>Describes the attempt in one line.</summary>
    /// <returns>For example <c>DELETE /iam/tokens/42: 503 in 26 ms (attempt 2)</c>.</returns>
    public override string ToString() => FormattableString.Invariant(
        $"{Method} {ForeignText.InMessage(Path)}: {(Status is { } status ? $"{status}" : "no response")} in ")
        + FormattableString.Invariant($"{Elapsed.TotalMilliseconds:0} ms (attempt {Attempt})");
}

/// <summary>Passes each attempt of a request to an observer, for diagnostics.</summary>
public static class RequestLog
{
    private static readonly AsyncLocal<Action<RequestAttempt>?> Observer = new();

    /// <summary>Observes the requests of the calls that follow, until the result is disposed.</summary>
    /// <param name="observer">Receives each attempt, on any thread.</param>
    /// <returns>Ends the observation.</returns>
    public static IDisposable Observe(Action<RequestAttempt> observer)
    {
        var ended = new Observation(Observer.Value);
        Observer.Value = observer;
        return ended;
    }

    internal static void Add(HttpRequestMessage message, int? status, TimeSpan elapsed, int attempt) => Observer.Value?.Invoke(
        new RequestAttempt(message.Method.Method, message.RequestUri!.AbsolutePath, status, elapsed, attempt));

    private sealed class Observation(Action<RequestAttempt>? outer) : IDisposable
    {
        public void Dispose() => Observer.Value = outer;
    }
}
