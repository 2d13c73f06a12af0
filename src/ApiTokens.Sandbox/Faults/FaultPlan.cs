using System.IO.Enumeration;
using System.Net.Http.Headers;

namespace ApiTokens.Sandbox.Faults;

/// <summary>
/// The faults of a server. The first matching fault is injected, at most one per request. The sandbox's own endpoints have no faults,
/// and logins only faults that specify a service or a path.
/// </summary>
public sealed class FaultPlan
{
    private const int MinStatus = 400;
    private const int MaxStatus = 599;

    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly string[] _services;
    private readonly List<PlannedFault> _faults = [];

    internal FaultPlan(IEnumerable<string> services) => _services = [.. services];

    /// <summary>The faults and their numbers of occurrences, in the order in which they were added.</summary>
    public IReadOnlyList<PlannedFault> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _faults];
            }
        }
    }

    /// <summary>Adds a fault.</summary>
    /// <exception cref="ArgumentException">The fault has invalid values or combinations.</exception>
    public PlannedFault Add(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        Check(fault);
        var planned = new PlannedFault(fault);
        lock (_gate)
        {
            _faults.Add(planned);
        }

        return planned;
    }

    /// <summary>Removes all faults.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _faults.Clear();
        }
    }

    /// <summary>Returns the fault to inject into a request, if any, and counts the occurrence.</summary>
    internal Fault? Take(string service, string method, string path, bool isLogin)
    {
        lock (_gate)
        {
            return _faults.Find(planned => Matches(planned.Fault, service, method, path, isLogin) && planned.Happens())?.Fault;
        }
    }

    private static bool Matches(Fault fault, string service, string method, string path, bool isLogin) =>
        (fault.Service is null || fault.Service == service)
        && (fault.Method is null || fault.Method.Equals(method, StringComparison.OrdinalIgnoreCase))
        && (fault.Path is null || FileSystemName.MatchesSimpleExpression(fault.Path, path, ignoreCase: false))
        && (!isLogin || fault.Service is not null || fault.Path is not null);

    private void Check(Fault fault)
    {
        bool isStatus = fault.Kind == FaultKind.Status;
        bool isDelay = fault.Kind == FaultKind.Delay;
        Require(Enum.IsDefined(fault.Kind), "The kind is not valid.");
        Require(fault.When is null || Enum.IsDefined(fault.When.Value), "when must be before or after.");
        Require(fault.Service is null || _services.Contains(fault.Service), $"service must be one of {string.Join(", ", _services)}.");
        Require(fault.Method is null
            || (fault.Method.Length > 0 && fault.Method.All(char.IsAsciiLetter)), "method must be an HTTP method.");
        Require(fault.Path is null || fault.Path.StartsWith('/') || fault.Path.StartsWith('*'), "path must start with / or *.");
        Require(fault.Path?.StartsWith("/sandbox", StringComparison.Ordinal) is not true, "The sandbox's own paths have no faults.");
        Require(isStatus == fault.Status is not null, "status is required for the kind 'status' and not allowed for other kinds.");
        Require(fault.Status is null or (>= MinStatus and <= MaxStatus), $"status must be from {MinStatus} to {MaxStatus}.");
        Require(isStatus || fault.RetryAfter is null, "retryAfter is only allowed for the kind 'status'.");
        Require(
            fault.RetryAfter is null || RetryConditionHeaderValue.TryParse(fault.RetryAfter, out _),
            "retryAfter must be seconds or an HTTP date.");
        Require(isDelay == fault.Delay is not null, "delayMs is required for the kind 'delay' and not allowed for other kinds.");
        Require(
            fault.Delay is null || (fault.Delay > TimeSpan.Zero && fault.Delay <= MaxDelay),
            $"delayMs must be from 1 to {MaxDelay.TotalMilliseconds}.");
        Require(
            !fault.ModifiesResponse || fault.When is not FaultTiming.Before,
            "The kinds 'truncate' and 'notJson' modify the response and cannot occur before it.");
        Require(fault.Count is null or > 0, "count must be at least 1.");
        Require(fault.Probability is null or (> 0 and <= 1), "probability must be greater than 0 and at most 1.");
        Require(fault.Seed is null || fault.Probability is not null, "seed requires a probability.");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException(message);
        }
    }
}

/// <summary>A fault of a server and its number of occurrences.</summary>
public sealed class PlannedFault
{
    private readonly Random _random;
    private readonly int? _maxCount;
    private volatile int _fired;

    internal PlannedFault(Fault fault)
    {
        Fault = fault;
        _maxCount = fault.Count ?? (fault.Probability is null ? 1 : null);
        _random = fault.Seed is { } seed ? new Random(seed) : new Random();
    }

    /// <summary>The fault.</summary>
    public Fault Fault { get; }

    /// <summary>The number of occurrences.</summary>
    public int Fired => _fired;

    /// <summary>Decides whether the fault occurs for a matching request. Not thread-safe.</summary>
    internal bool Happens()
    {
        bool happens = (_maxCount is null || _fired < _maxCount) && (Fault.Probability is null || NextRandom() < Fault.Probability);
        _fired += happens ? 1 : 0;
        return happens;
    }

#pragma warning disable CA5394 // The numbers are not secret, and a seed must make them reproducible.
    private double NextRandom() => _random.NextDouble();
#pragma warning restore CA5394
}
