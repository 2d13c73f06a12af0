namespace ApiTokens.Core.Tests.Http.RateLimits;

/// <summary>Whether a refusal tells how long to wait, in whole seconds.</summary>
internal enum RetryAfterKind
{
    None,
    RoundedUp,
    RoundedDown,
}

/// <summary>A way to count requests.</summary>
/// <param name="Name">The name, for the document.</param>
/// <param name="Create">Creates a limit of requests per second.</param>
/// <param name="BurstSeconds">How many seconds of the rate a client may send at once, in addition to the rate; zero for a window.</param>
internal sealed record LimitKind(string Name, Func<int, Random, SimulatedLimit> Create, double BurstSeconds = 0)
{
    // A bucket with less would refuse a delayed request of a client that keeps to the limit.
    private const int MinBurst = 2;

    public static LimitKind FixedSecond { get; } =
        new("fixed window of 1 s", (limit, random) => new FixedWindow(limit, window: 1, firstEnd: random.NextDouble()));

    public static LimitKind SlidingSecond { get; } = new("sliding window of 1 s", (limit, _) => new SlidingWindow(limit, window: 1));

    public static LimitKind FixedMinute { get; } = new(
        "fixed window of 60 s", (limit, random) => new FixedWindow(60 * limit, window: 60, firstEnd: 60 * random.NextDouble()));

    public static LimitKind[] BySecond { get; } = [FixedSecond, SlidingSecond, Bucket(0.1), Bucket(1), Bucket(10)];

    public static LimitKind Bucket(double seconds) => new(
        FormattableString.Invariant($"token bucket, burst of {seconds} s"),
        (limit, _) => new Bucket(limit, Math.Max(MinBurst, seconds * limit)),
        seconds);

    /// <summary>The burst of a limit.</summary>
    public double Burst(int limit) => BurstSeconds == 0 ? 0 : Math.Max(MinBurst, BurstSeconds * limit);
}

/// <summary>A simulated run.</summary>
internal sealed record LimitCase(LimitKind Kind, int Limit, int Seed)
{
    public RetryAfterKind RetryAfter { get; init; }

    /// <summary>Whether another client sends half of what is allowed, evenly and without regard to refusals.</summary>
    public bool IsShared { get; init; }

    /// <summary>The time at which the other client starts.</summary>
    public double OtherFrom { get; init; }

    public bool HasHeaders { get; init; }

    public int Workers { get; init; }

    public double Latency { get; init; }

    /// <summary>The part of the latency by which each request deviates at most.</summary>
    public double Jitter { get; init; } = 0.2;

    public double Duration { get; init; } = 300;

    /// <summary>The time at which the requests start. The limiter exists from the connection on, which can be long before a run.</summary>
    public double StartAt { get; init; }

    /// <summary>The requests per second before <see cref="StartAt"/>, as for a script that sends one after the other.</summary>
    public double SteadyRate { get; init; }

    /// <summary>A limit that replaces the first one at <see cref="ChangeAt"/>.</summary>
    public int? ChangedLimit { get; init; }

    public double ChangeAt { get; init; } = double.PositiveInfinity;

    /// <summary>Creates a case with 8 to 64 workers and a latency of 20 to 100 ms, with which the client can reach the limit.</summary>
    public static LimitCase Create(LimitKind kind, int limit, int seed)
    {
        const double Headroom = 1.2;
        const int MaxWorkers = 64;
        var random = new Random((seed * 7919) + limit);
        double latency = 0.02 + (0.08 * random.NextDouble());
        int workers = 8 << random.Next(4);
        while (workers / latency < Headroom * limit)
        {
            (workers, latency) = workers < MaxWorkers ? (2 * workers, latency) : (workers, 0.8 * latency);
        }

        return new LimitCase(kind, limit, seed) { Workers = workers, Latency = latency };
    }

    public SimulatedLimit CreateLimit(int limit, Random random) => Kind.Create(limit, random);

    /// <summary>The number of requests that the service allows this client.</summary>
    public double Allowed(double seconds) => ((Limit * seconds) + Kind.Burst(Limit)) * (IsShared ? 0.5 : 1);
}

/// <summary>The responses of a run, counted by second.</summary>
internal sealed class LimitResult(int seconds)
{
    public int[] Accepted { get; } = new int[seconds];

    public int[] Refused { get; } = new int[seconds];

    public int AcceptedIn(int from, int to) => Sum(Accepted, from, to);

    public int RefusedIn(int from, int to) => Sum(Refused, from, to);

    public double RefusedShare(int from, int to) =>
        RefusedIn(from, to) / (double)Math.Max(1, RefusedIn(from, to) + AcceptedIn(from, to));

    private static int Sum(int[] counts, int from, int to)
    {
        int sum = 0;
        for (int i = from; i < to; i++)
        {
            sum += counts[i];
        }

        return sum;
    }
}
