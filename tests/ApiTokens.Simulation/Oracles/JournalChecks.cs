using ApiTokens.Journal;
using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation.Oracles;

/// <summary>I5: a rerun with the journal converges, does nothing twice, and leaves no operation started without an end.</summary>
internal static class JournalChecks
{
    public static IEnumerable<Violation> Check(SimulatedWorld world, Told told)
    {
        foreach ((int number, JournalDisk disk) in world.Journals)
        {
            RunRecord? last = world.Runs.FindLast(run => run.IsRerun && run.Plan.Journal == number);
            if (last is null)
            {
                continue;
            }

            if (last.Fatal is { } fatal)
            {
                yield return new Violation("I5-rerun", $"A rerun without faults ended: {fatal.Message}");
                continue;
            }

            RunRecord[] clean = [.. world.Runs.Where(run => run.IsRerun && run.Plan.Journal == number)];
            foreach (JournalKey open in Open(disk).Where(open => !clean.Any(run =>
                run.Operations.Exists(record => record.JournalKey == open && record.Errors.Count > 0)
                || run.OtherErrors.Keys.Any(operation => operation.Identity.Equals(open.Token)))))
            {
                yield return new Violation(
                    last.Plan.Relists ? "I5-open-relisted" : "I5-open",
                    $"The journal has a start of {open.Operation} {open.Token.Id} without an end.");
            }
        }

        var deliveries = world.Deliveries.Where(delivery => delivery.Operation.Run.Plan is { Journal: not null })
            .GroupBy(delivery => (delivery.Operation.Run.Plan.Journal, delivery.Operation.Purpose));
        foreach (var twice in deliveries.Where(group => group.Count() > 1))
        {
            // A failure that was told, such as a full disk, can make a rerun necessary. In place, a rerun after a crash issues again.
            Delivery[] untold = [.. twice.SkipLast(1).Where(delivery => delivery.Operation.Service.Find(delivery.TokenId) is { } token
                && !IsTold(world, told, token, delivery) && token.Secret == delivery.Secret)];
            if (untold.Length > 0)
            {
                yield return new Violation("I5-twice", $"{twice.Key.Purpose} was delivered {twice.Count()} times.");
            }
        }
    }

    /// <summary>Returns the tokens whose last line in a journal is not an end, or is an end with an unknown outcome.</summary>
    public static HashSet<JournalKey> Open(JournalDisk disk)
    {
        var open = new HashSet<JournalKey>();
        foreach (JournalEntry entry in JournalReader.Read(new MemoryStream([.. disk.Content]), "journal").Entries)
        {
            if (entry.Token is not { } token || entry.Event == JournalEvents.Due)
            {
                continue;
            }

            if (entry is { Event: JournalEvents.End, Outcome: not JournalOutcomes.Unknown })
            {
                open.Remove(new JournalKey(entry.Operation, token, entry.Parameters));
            }
            else
            {
                open.Add(new JournalKey(entry.Operation, token, entry.Parameters));
            }
        }

        return open;
    }

    private static bool IsTold(SimulatedWorld world, Told told, ModelToken token, Delivery delivery) =>
        delivery.Operation.Errors.Count > 0 || world.Runs.Exists(run => run.Operations.Exists(record => record.Errors.Exists(
            error => Told.TextOf(error).Contains(token.Id, StringComparison.Ordinal))))
        || (!delivery.InVault && delivery.Operation.Run.WasKilled);
}
