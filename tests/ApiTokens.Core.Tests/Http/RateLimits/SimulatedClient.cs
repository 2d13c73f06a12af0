namespace ApiTokens.Core.Tests.Http.RateLimits;

/// <summary>A rate limiter in the simulation. Times are seconds.</summary>
internal abstract class SimulatedClient
{
    /// <summary>Returns when a worker may send. It has to ask again then if <paramref name="stamp"/> is negative.</summary>
    /// <returns>The time; infinite if the worker has to ask again after the next response.</returns>
    public abstract double Reserve(double now, out int stamp);

    /// <summary>Whether a worker that waited has to ask again.</summary>
    public virtual bool IsStale(double now, int stamp) => stamp < 0;

    /// <summary>Records that a request is sent.</summary>
    public virtual void OnSent(double now)
    {
    }

    /// <summary>Records a response. Returns the time that the worker itself waits before its next request.</summary>
    public abstract double OnResponse(in SimulatedResponse response);
}

/// <summary>A response in the simulation.</summary>
internal readonly record struct SimulatedResponse
{
    public double Now { get; init; }

    public double SentAt { get; init; }

    public bool IsAccepted { get; init; }

    public double? RetryAfter { get; init; }

    /// <summary>The result of <see cref="SimulatedClient.Reserve"/>.</summary>
    public int Stamp { get; init; }

    /// <summary>The number of refusals of this request in a row.</summary>
    public int Refusals { get; init; }

    /// <summary>The rate limit of the headers.</summary>
    public (double Remaining, double Reset) Status { get; init; }
}
