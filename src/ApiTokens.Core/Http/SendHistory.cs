namespace ApiTokens.Http;

/// <summary>The send times of the last accepted requests, in seconds.</summary>
internal sealed class SendHistory
{
    // A second of requests at the highest rate that clients reach here.
    private const int Capacity = 4096;

    // A rate over fewer requests is too coarse.
    private const int MinRequests = 5;

    private readonly List<double> _sentAt = [];
    private int _next;

    public void Add(double sentAt)
    {
        if (_sentAt.Count < Capacity)
        {
            _sentAt.Add(sentAt);
        }
        else
        {
            _sentAt[_next] = sentAt;
            _next = (_next + 1) % Capacity;
        }
    }

    public void Clear()
    {
        _sentAt.Clear();
        _next = 0;
    }

    /// <summary>Returns the send times in [<paramref name="from"/>, <paramref name="to"/>], latest first.</summary>
    public double[] Between(double from, double to)
    {
        double[] sent = [.. _sentAt.Where(sentAt => sentAt >= from && sentAt <= to)];
        Array.Sort(sent);
        Array.Reverse(sent);
        return sent;
    }

    /// <summary>
    /// Returns the rate over the last <paramref name="seconds"/> before <paramref name="to"/>, and over at least some requests.
    /// </summary>
    public static double RecentRate(double[] latestFirst, double to, double seconds)
    {
        int count = 0;
        while (count < latestFirst.Length && (count < MinRequests || latestFirst[count] > to - seconds))
        {
            count++;
        }

        double elapsed = count == 0 ? 0 : to - latestFirst[count - 1];
        return elapsed > 0 ? count / elapsed : count / seconds;
    }

    /// <summary>
    /// Returns the refill rate of a token bucket that was full at some time before each of two rejections, and empty at them. Without
    /// the requests that the refill allowed, the same number of tokens was used before both.
    /// </summary>
    /// <param name="burst">The requests before the first rejection, latest first, as seconds before the last of them.</param>
    /// <param name="latestFirst">The requests before the second rejection.</param>
    /// <param name="to">The time of the second rejection.</param>
    public static double RefillRate(double[] burst, double[] latestFirst, double to)
    {
        // Each step finds a rate that is closer to the result, from above.
        const int MaxSteps = 8;
        double rate = double.PositiveInfinity;
        (int Tokens, double Time) used = Burst(burst, rate);
        for (int step = 0; step < MaxSteps; step++)
        {
            double next = RefillRate(used, latestFirst, to);
            if (next >= rate)
            {
                break;
            }

            rate = next;
            used = Burst(burst, rate);
        }

        // Requests that were hardly faster than the result are no burst before which the bucket was full.
        const double MinDensity = 1.1;
        return used.Tokens > 1 + (MinDensity * rate * used.Time) ? rate : RefillRate(Burst(burst, 0), latestFirst, to);
    }

    // The requests before the burst were sent no faster than the bucket was refilled, so it was still full.
    private static (int Tokens, double Time) Burst(double[] secondsBefore, double rate)
    {
        int first = 0;
        for (int i = 1; i < secondsBefore.Length; i++)
        {
            if (i - first > rate * (secondsBefore[i] - secondsBefore[first]))
            {
                first = i;
            }
        }

        return secondsBefore.Length == 0 ? (0, 0) : (first + 1, secondsBefore[first]);
    }

    private static double RefillRate((int Tokens, double Time) burst, double[] latestFirst, double to)
    {
        // Over less time, the jitter of the network is larger than what is measured.
        const double MinTime = 0.2;
        double rate = 0;
        for (int i = 0; i < latestFirst.Length; i++)
        {
            // In the earlier burst, the bucket was refilled too.
            double time = to - latestFirst[i] - burst.Time;
            if (time >= MinTime)
            {
                rate = Math.Max(rate, (i + 2 - burst.Tokens) / time);
            }
        }

        return rate;
    }
}
