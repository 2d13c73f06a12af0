using ApiTokens.Journal;
using ApiTokens.Simulation.Plans;
using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation.Oracles;

/// <summary>
/// I9: a staged removal is neither early nor forgotten, and not done if it was cancelled; an old token is retired only if the caller has
/// accepted its successor.
/// </summary>
internal static class LifecycleChecks
{
    public static IEnumerable<Violation> Check(SimulatedWorld world)
    {
        OperationRecord[] staged = [.. world.Runs.Where(run => run.Plan.RemoveAfter is not null).SelectMany(run => run.Operations)];
        foreach (ServiceModel service in world.Services)
        {
            foreach (Effect effect in service.Effects.Where(effect => effect is { Kind: RequestKind.Remove, By.Operation: not null }))
            {
                OperationRecord by = effect.By!.Operation!;
                OperationRecord[] before = [.. staged.Where(record => record.Target == effect.Token && record.Run.StartedOn < effect.On)];
                if (by.Run.Plan.Action == ActionKind.Retire && before.Length > 0)
                {
                    foreach (Violation violation in CheckRemoval(world, effect, before))
                    {
                        yield return violation;
                    }
                }

                if (by.Run.Plan is { Action: ActionKind.Reset, Verifies: true } && by.Target == effect.Token
                    && !world.Verifications.Exists(check => check.Purpose == by.Purpose && check.Accepted && check.On <= effect.On))
                {
                    yield return new Violation("I9-unverified", $"{effect.By} of {by} retired {effect.Token} without a verification.");
                }
            }
        }

        foreach (OperationRecord record in staged.Where(record => record.Run.Plan.Action == ActionKind.Disable))
        {
            ModelToken token = record.Target!;
            Effect? last = record.Service.Effects.FindLast(effect => effect.Token == token && effect.Kind == RequestKind.SetEnabled);
            if (token is { IsLive: true, IsEnabled: false } && last?.By?.Operation == record && !IsScheduled(world, record)
                && !world.Runs.Exists(run => run.Operations.Exists(other => other.Target == token
                    && (other.Errors.Count > 0 || run.Plan.Action == ActionKind.Enable))))
            {
                yield return new Violation("I9-forgotten", $"{last.By} of {record} disabled {token}, and nothing schedules its removal.");
            }
        }
    }

    private static IEnumerable<Violation> CheckRemoval(SimulatedWorld world, Effect effect, OperationRecord[] staged)
    {
        ModelToken token = effect.Token;
        if (staged.All(record => record.Run.StartedOn + record.Run.Plan.RemoveAfter!.Value > effect.On))
        {
            yield return new Violation("I9-early", $"{effect.By} removed {token} before it was due.");
        }

        // What was enabled late may have been enabled after the token was read.
        bool isLate = world.Plan.Faults.Any(
            fault => fault.Kind is FaultKind.LateEffect or FaultKind.LostResponse or FaultKind.LateResponse);
        if (staged.All(record => record.Run.Plan.Action == ActionKind.Disable) && token.IsEnabled && !isLate)
        {
            yield return new Violation("I9-active", $"{effect.By} removed {token}, which was active.");
        }

        TimeSpan stagedOn = staged.Max(record => record.Run.StartedOn);
        if (world.Runs.Exists(run => run is { Plan.Action: ActionKind.Enable, IsComplete: true }
            && run.StartedOn > stagedOn && run.EndedOn <= effect.On
            && run.Operations.Exists(record => record.Target == token && record.Errors.Count == 0)))
        {
            yield return new Violation("I9-cancelled", $"{effect.By} removed {token} after its removal was cancelled.");
        }
    }

    private static bool IsScheduled(SimulatedWorld world, OperationRecord record)
    {
        byte[] content = [.. world.Journals[record.Run.Plan.Journal!.Value].Content];
        IReadOnlyList<JournalEntry> entries = JournalReader.Read(new MemoryStream(content), "journal").Entries;
        return RetirementSchedule.From(entries, ResumeState.From(entries)).IsRemovalStaged(record.Operation.Identity);
    }
}
