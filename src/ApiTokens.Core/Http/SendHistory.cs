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
    /// Returns the refill rate of a token bucket that was full at some time, was empty at <paramref name="to"/>, and of which
    /// <paramref name="burst"/> tokens were used in <paramref name="burstTime"/> seconds when it was full the time before.
    /// </summary>
    public static double RefillRate(double[] latestFirst, double to, int burst, double burstTime)
    {
        // Over less time, the jitter of the network is larger than what is measured.
        const double MinTime = 0.2;
        double rate = 0;
        for (int i = 0; i < latestFirst.Length; i++)
        {
            // In the earlier burst, the bucket was refilled for burstTime.
            double time = to - latestFirst[i] - burstTime;
            if (time >= MinTime)
            {
                rate = Math.Max(rate, (i + 2 - burst) / time);
            }
        }

        return rate;
    }
}
