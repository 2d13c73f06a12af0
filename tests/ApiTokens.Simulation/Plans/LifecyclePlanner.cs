using ApiTokens.Simulation.Engine;

namespace ApiTokens.Simulation.Plans;

/// <summary>
/// Adds verification and deployment, staged removals, and tokens for one job to some plans. It draws from a stream of its own, so that the
/// other plans of the same seeds stay as they are.
/// </summary>
internal static class LifecyclePlanner
{
    public static Plan Extend(Plan plan)
    {
        var random = Randomness.For(plan.Seed, 4);
        RunPlan first = plan.Runs[0];
        return !random.Chance(30) ? plan : first switch
        {
            { Action: ActionKind.Reset } => plan with
            {
                Runs = [.. plan.Runs.Select(run => run.Action is ActionKind.Reset or ActionKind.Retire ? Verify(run, random) : run)],
            },
            { Action: ActionKind.Disable or ActionKind.Remove, Shards: 1 } => plan with { Runs = [.. Stage(first, random)] },
            { Action: ActionKind.Issue } => Use(plan, first, random),
            _ => plan,
        };
    }

    private static RunPlan Verify(RunPlan run, Randomness random) => run with
    {
        Verifies = true,
        VerifyFailure = random.Chance(40) ? random.Between(1, 3) : null,
        DeployFailure = run.SavesSecrets && random.Chance(25) ? random.Between(1, 3) : null,
    };

    private static IEnumerable<RunPlan> Stage(RunPlan first, Randomness random)
    {
        var after = TimeSpan.FromHours(random.Between(1, 48));
        yield return first with { Journal = 0, RemoveAfter = after, Relists = false };
        if (random.Chance(40))
        {
            yield return new RunPlan(ActionKind.Enable)
            {
                Operations = [.. first.Operations.Where(_ => random.Chance(60))],
                Journal = 0,
                DelayBefore = TimeSpan.FromMinutes(5),
                Interruption = Planner.DrawInterruption(ActionKind.Enable, random),
            };
        }

        if (random.Chance(85))
        {
            yield return new RunPlan(ActionKind.Retire)
            {
                Journal = 0,
                DelayBefore = random.Chance(80) ? after + TimeSpan.FromMinutes(1) : TimeSpan.FromMinutes(10),
                Interruption = Planner.DrawInterruption(ActionKind.Retire, random),
            };
        }
    }

    private static Plan Use(Plan plan, RunPlan first, Randomness random)
    {
        List<RunPlan> runs =
        [
            first with { Action = ActionKind.Use, SavesSecrets = false, RemoveOrphan = false, ReturnsToken = false, VaultFailure = null },
        ];
        return plan with
        {
            Runs = runs,
            Faults = random.Chance(40)
                ? [.. plan.Faults, Planner.DrawFault(runs, plan.Accounts.Count, first.Operations.Count > 10, random)]
                : plan.Faults,
        };
    }
}
