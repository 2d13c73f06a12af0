using ApiTokens.Simulation.Engine;

namespace ApiTokens.Simulation.Plans;

/// <summary>Removes everything from a plan that its failure does not need.</summary>
internal static class Shrinker
{
    /// <summary>Returns a plan that violates the same invariant, and from which nothing more can be removed.</summary>
    public static Plan Shrink(Plan plan, string invariant, PoolScheduler scheduler)
    {
        Plan smallest = plan;
        bool isSmaller = true;
        while (isSmaller)
        {
            isSmaller = false;
            foreach (Plan candidate in Candidates(smallest))
            {
                if (Simulation.Run(candidate, scheduler).Violations.Any(violation => violation.Invariant == invariant))
                {
                    smallest = candidate;
                    isSmaller = true;
                    break;
                }
            }
        }

        return smallest;
    }

    private static IEnumerable<Plan> Candidates(Plan plan)
    {
        foreach (IReadOnlyList<RunPlan> runs in plan.Runs.Count > 1 ? Without(plan.Runs) : [])
        {
            yield return plan with { Runs = runs };
        }

        foreach (IReadOnlyList<FaultPlan> faults in Without(plan.Faults).Concat(Changes(plan.Faults, Simpler)))
        {
            yield return plan with { Faults = faults };
        }

        foreach (IReadOnlyList<PersonPlan> others in Without(plan.Others))
        {
            yield return plan with { Others = others };
        }

        foreach (IReadOnlyList<RunPlan> runs in Changes(plan.Runs, Simpler))
        {
            yield return plan with { Runs = runs };
        }

        foreach (IReadOnlyList<AccountPlan> accounts in Changes(plan.Accounts, Simpler))
        {
            yield return plan with { Accounts = accounts };
        }

        foreach (IReadOnlyList<ConnectionPlan> connections in Changes(plan.Connections, Simpler))
        {
            yield return plan with { Connections = connections };
        }

        if (plan.Connections.Count > 1 && plan.Runs.All(run => run.Operations.All(op => op.Connection < plan.Connections.Count - 1)))
        {
            yield return plan with { Connections = [.. plan.Connections.SkipLast(1)] };
        }

        if (plan.Accounts.Count > 1 && plan.Connections.All(connection => connection.Account == 0))
        {
            yield return plan with { Accounts = [plan.Accounts[0]], Faults = [.. plan.Faults.Where(fault => fault.Account == 0)] };
        }

        if (plan.HasOtherCulture)
        {
            yield return plan with { HasOtherCulture = false };
        }
    }

    private static IEnumerable<RunPlan> Simpler(RunPlan run)
    {
        foreach (IReadOnlyList<OperationPlan> operations in run.Operations.Count > 1 ? Without(run.Operations) : [])
        {
            yield return run with { Operations = operations };
        }

        foreach (IReadOnlyList<OperationPlan> operations in Changes(run.Operations, operation =>
            [operation with { OnlyId = false }, operation with { Connection = 0 }]))
        {
            yield return run with { Operations = operations };
        }

        yield return run with { Interruption = null };
        yield return run with { Disk = null };
        yield return run with { VaultFailure = null };
        yield return run with { RemoveOrphan = false };
        yield return run with { ReturnsToken = false };
        yield return run with { Relists = false };
        yield return run with { Shards = 1 };
        yield return run with { Throttle = 1 };
        yield return run with { GracePeriod = null };
        yield return run with { SavesSecrets = false };
        if (run.Action != ActionKind.Retire)
        {
            yield return run with { Journal = null };
        }
    }

    private static IEnumerable<AccountPlan> Simpler(AccountPlan account) =>
    [
        account with { TokenLimit = int.MaxValue },
        account with { ClockSkew = TimeSpan.Zero },
        account with { ListLag = TimeSpan.Zero },
        account with { SecretLag = TimeSpan.Zero },
        account with { SessionLifetime = TimeSpan.FromHours(1) },
        account with { OmitsCreationDate = false },
    ];

    private static IEnumerable<ConnectionPlan> Simpler(ConnectionPlan connection) =>
    [
        connection with { HasWrongPassword = false },
        connection with { UsesPassword = false, HasWrongPassword = false },
        connection with { UpperCase = false },
    ];

    private static IEnumerable<FaultPlan> Simpler(FaultPlan fault) =>
        [fault with { Count = 1 }, fault with { Count = (fault.Count + 1) / 2 }];

    private static IEnumerable<IReadOnlyList<T>> Without<T>(IReadOnlyList<T> list) =>
        Enumerable.Range(0, list.Count).Select(index => (IReadOnlyList<T>)[.. list.Take(index), .. list.Skip(index + 1)]);

    // Each list with one element that is simpler, if it differs.
    private static IEnumerable<IReadOnlyList<T>> Changes<T>(IReadOnlyList<T> list, Func<T, IEnumerable<T>> simpler)
        where T : class =>
        Enumerable.Range(0, list.Count).SelectMany(index => simpler(list[index])
            .Where(changed => !changed.Equals(list[index]))
            .Select(changed => (IReadOnlyList<T>)[.. list.Take(index), changed, .. list.Skip(index + 1)]));
}
