using System.IO.Enumeration;
using System.Net.Http.Headers;

namespace ApiTokens.Sandbox.Faults;

/// <summary>
/// The faults of a server. Those that were added first go first, and at most one happens to a request. Nothing ever goes wrong
/// with the sandbox's own endpoints, and with log-ins only by faults that name a service or a path.
/// </summary>
public sealed class FaultPlan
{
    private const int LeastStatus = 400;
    private const int MostStatus = 599;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly string[] _services;
    private readonly List<PlannedFault> _faults = [];

    internal FaultPlan(IEnumerable<string> services) => _services = [.. services];

    /// <summary>The faults and how often each has happened, in the order in which they were added.</summary>
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
    /// <exception cref="ArgumentException">The fault has values that make no sense, or not together.</exception>
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

    /// <summary>The fault that happens to a request, if any; counts it.</summary>
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
        Require(Enum.IsDefined(fault.Kind), "The kind is none.");
        Require(fault.When is null || Enum.IsDefined(fault.When.Value), "The time is neither before nor after.");
        Require(fault.Service is null || _services.Contains(fault.Service), $"service must be one of {string.Join(", ", _services)}.");
        Require(fault.Method is null || (fault.Method.Length > 0 && fault.Method.All(char.IsAsciiLetter)), "method must be an HTTP method.");
        Require(fault.Path is null || fault.Path.StartsWith('/') || fault.Path.StartsWith('*'), "path must begin with / or *.");
        Require(fault.Path?.StartsWith("/sandbox", StringComparison.Ordinal) is not true, "The sandbox's own paths have no faults.");
        Require(isStatus == fault.Status is not null, "status is for the kind 'status', which needs it.");
        Require(fault.Status is null or (>= LeastStatus and <= MostStatus), $"status must be from {LeastStatus} to {MostStatus}.");
        Require(isStatus || fault.RetryAfter is null, "retryAfter is for the kind 'status'.");
        Require(fault.RetryAfter is null || RetryConditionHeaderValue.TryParse(fault.RetryAfter, out _), "retryAfter must be seconds or an HTTP date.");
        Require(isDelay == fault.Delay is not null, "delayMs is for the kind 'delay', which needs it.");
        Require(fault.Delay is null || (fault.Delay > TimeSpan.Zero && fault.Delay <= LongestDelay), $"delayMs must be from 1 to {LongestDelay.TotalMilliseconds}.");
        Require(!fault.IsOfAnswer || fault.When is not FaultMoment.Before, "An answer is truncated or not JSON only after the work was done.");
        Require(fault.Count is null or > 0, "count must be at least 1.");
        Require(fault.Probability is null or (> 0 and <= 1), "probability must be above 0 and at most 1.");
        Require(fault.Seed is null || fault.Probability is not null, "seed is for a probability.");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException(otherwise);
        }
    }
}

/// <summary>A fault of a server, and how often it has happened.</summary>
public sealed class PlannedFault
{
    private readonly Random _chance;
    private readonly int? _most;
    private volatile int _fired;

    internal PlannedFault(Fault fault)
    {
        Fault = fault;
        _most = fault.Count ?? (fault.Probability is null ? 1 : null);
        _chance = fault.Seed is { } seed ? new Random(seed) : new Random();
    }

    /// <summary>The fault.</summary>
    public Fault Fault { get; }

    /// <summary>How often it has happened.</summary>
    public int Fired => _fired;

    /// <summary>Decides whether it happens to a request that matches. One caller at a time.</summary>
    internal bool Happens()
    {
        bool happens = (_most is null || _fired < _most) && (Fault.Probability is null || Chance() < Fault.Probability);
        _fired += happens ? 1 : 0;
        return happens;
    }

#pragma warning disable CA5394 // Nothing is secret here, and a seed is to give the same each time.
    private double Chance() => _chance.NextDouble();
#pragma warning restore CA5394
}
