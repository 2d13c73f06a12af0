using System.Diagnostics;
using System.Globalization;
using ApiTokens.Http;
using ApiTokens.Simulation.Engine;
using ApiTokens.Simulation.Oracles;
using ApiTokens.Simulation.Plans;
using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation;

/// <summary>Runs simulations of consecutive seeds in this process, and explains the first failure of each invariant.</summary>
internal sealed class Batch(Options options)
{
    private readonly SortedDictionary<string, (int Count, ulong Seed)> _failures = [];
    private int _run;
    private int _failed;
    private long _operations;
    private long _requests;
    private ulong _hash;

    /// <summary>Runs the simulations.</summary>
    /// <returns>The exit code: 1 if an invariant was violated.</returns>
    public int Run()
    {
        HttpStack.Sockets = new SimulatedSockets();
        PoolScheduler scheduler = PoolScheduler.Start();
        var watch = Stopwatch.StartNew();
        for (ulong seed = options.Seed; !IsAtEnd(watch); seed++)
        {
            Simulate(seed, scheduler);
        }

        foreach ((string invariant, (int count, ulong seed)) in _failures)
        {
            Console.WriteLine($"{invariant}: {count}, first with seed {seed}");
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_operations} operations, {_requests} requests, "
                + $"{watch.Elapsed.TotalMilliseconds / Math.Max(1, _run):0.00} ms each, history {_hash:x16}"));
        Console.WriteLine($"{_run - _failed} passed, {_failed} failed, 0 skipped");
        return _failed == 0 ? 0 : 1;
    }

    private bool IsAtEnd(Stopwatch watch) =>
        _run >= options.Count
        || _operations >= options.Operations
        || (options.First && _failed > 0)
        || (options.Time is { } time && watch.Elapsed >= time);

    private void Simulate(ulong seed, PoolScheduler scheduler)
    {
        Plan plan = Planner.Draw(seed);
        SimulationResult result = Simulation.Run(plan, scheduler);
        _run++;
        _operations += result.Operations;
        _requests += result.Requests;
        _hash = (_hash * 31) + result.History.Hash;
        string[] violated = [.. result.Violations.Select(violation => violation.Invariant).Distinct()
            .Where(name => name.StartsWith(options.Only, StringComparison.Ordinal))];
        _failed += violated.Length > 0 ? 1 : 0;
        if (options.Trace)
        {
            Print(plan, result);
        }

        foreach (string invariant in violated)
        {
            (int count, ulong first) = _failures.GetValueOrDefault(invariant, (0, seed));
            _failures[invariant] = (count + 1, first);
            if (count < options.Explain && !options.Trace)
            {
                Plan smallest = Shrinker.Shrink(plan, invariant, scheduler);
                Console.WriteLine($"{invariant} is violated with seed {seed}. The smallest plan that violates it:");
                Print(smallest, Simulation.Run(smallest, scheduler));
            }
        }
    }

    private static void Print(Plan plan, SimulationResult result)
    {
        Console.WriteLine(PlanText.Of(plan));
        foreach (string line in result.History.Lines)
        {
            Console.WriteLine(line);
        }

        foreach (Violation violation in result.Violations)
        {
            Console.WriteLine($"VIOLATION {violation.Invariant}: {violation.Message}");
        }
    }
}
