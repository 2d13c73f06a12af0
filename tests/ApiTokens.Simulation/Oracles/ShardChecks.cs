using ApiTokens.Simulation.Plans;
using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation.Oracles;

/// <summary>I5: each row belongs to exactly one shard, however its account is spelled, and a run resets a token only once.</summary>
internal static class ShardChecks
{
    public static IEnumerable<Violation> Check(SimulatedWorld world)
    {
        foreach (IGrouping<RunPlan, RunRecord> runs in world.Runs.Where(run => run.Plan.Shards > 1 && !run.Plan.Relists)
            .GroupBy(run => run.Plan).Where(runs => runs.All(run => run.Fatal is null)))
        {
            int repetitions = runs.Count() / runs.Key.Shards;
            foreach (OperationPlan row in runs.Key.Operations.Distinct())
            {
                int times = runs.Sum(run => run.Operations.Count(record => record.Plan == row));
                int expected = repetitions * runs.Key.Operations.Count(other => other == row);
                if (times != expected)
                {
                    yield return new Violation("I5-shards", $"The row {row} is in {times} shards instead of {expected}.");
                }
            }
        }

        foreach (IGrouping<(RunRecord, string), Delivery> twice in world.Deliveries
            .Where(delivery => delivery.Operation.Run.Plan.Action == ActionKind.Reset)
            .GroupBy(delivery => (delivery.Operation.Run, delivery.Operation.Purpose))
            .Where(group => group.Select(delivery => delivery.Secret).Distinct().Count() > 1))
        {
            yield return new Violation("I5-twice-in-run", $"{twice.Key.Item2} was delivered {twice.Count()} times in one run.");
        }
    }
}
