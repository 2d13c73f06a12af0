namespace ApiTokens.Sandbox.Http;

/// <summary>The counters and the most recent requests for <c>/sandbox/requests</c>.</summary>
internal sealed class RequestLog
{
    /// <summary>The number of requests that the log keeps.</summary>
    public const int Capacity = 10_000;

    private readonly Lock _gate = new();
    private readonly LoggedRequest[] _ring = new LoggedRequest[Capacity];
    private RequestCounts _counts = new(0, 0, 0);

    public RequestCounts Counts
    {
        get
        {
            lock (_gate)
            {
                return _counts;
            }
        }
    }

    public LoggedRequest Add(string method, string path, RequestKind kind)
    {
        bool counted = kind == RequestKind.ByMethod;
        bool read = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        lock (_gate)
        {
            var request = new LoggedRequest(_counts.Total + 1, method, path);
            _ring[_counts.Total % Capacity] = request;
            _counts = new RequestCounts(
                _counts.Total + 1,
                _counts.Reads + (counted && read ? 1 : 0),
                _counts.Writes + (counted && !read ? 1 : 0));
            return request;
        }
    }

    /// <summary>Returns the most recent requests, oldest first.</summary>
    public List<LoggedRequest> Last(int count)
    {
        lock (_gate)
        {
            long first = _counts.Total - Math.Min(Math.Clamp(count, 0, Capacity), _counts.Total);
            var requests = new List<LoggedRequest>();
            for (long sequence = first; sequence < _counts.Total; sequence++)
            {
                requests.Add(_ring[sequence % Capacity]);
            }

            return requests;
        }
    }

    public void Reset()
    {
        lock (_gate)
        {
            _counts = new RequestCounts(0, 0, 0);
            Array.Clear(_ring);
        }
    }
}

/// <summary>The number of requests to the emulators.</summary>
internal sealed record RequestCounts(long Total, long Reads, long Writes);

/// <summary>A logged request, without query and headers, which may contain secrets.</summary>
internal sealed record LoggedRequest(long Sequence, string Method, string Path)
{
    /// <summary>The status of the response; null if it has not started or the connection was reset.</summary>
    public int? Status { get; set; }
}
