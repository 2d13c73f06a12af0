using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation.Oracles;

/// <summary>What the user was told: in errors, in the warnings about a run that ended early, and in journals.</summary>
internal sealed class Told(SimulatedWorld world)
{
    /// <summary>The text of an error as the user sees it.</summary>
    public static string TextOf(Exception error) => $"{error.Message} {(error as ApiTokenException)?.RecommendedAction}";

    /// <summary>Determines whether the user can find a token in what he was told.</summary>
    /// <param name="token">The token.</param>
    /// <param name="origin">The operation that created it, if any. It may be told by the name where its id is not known.</param>
    public bool Names(ModelToken token, OperationRecord? origin) => world.Runs.Exists(run =>
        run.Operations.Exists(record => record.Errors.Exists(error =>
            TextOf(error).Contains(token.Id, StringComparison.OrdinalIgnoreCase)
            || (error is OrphanedTokenException orphan && orphan.Token.Id == token.Id)
            || (record == origin && MayExist(error))))
        || run.Undelivered.Exists(told => told.Id == token.Id || (told.Name == token.Name && told.Id.Length == 0))
        || run.PendingRetirements.Exists(pending => pending.Predecessor.Id == token.Id || pending.Successor.Id == token.Id))
        || world.Journals.Values.Any(journal => journal.ToString().Contains($"\"issuedId\":\"{token.Id}\"", StringComparison.Ordinal))
        || (origin is not null && IsOpenInJournal(origin));

    /// <summary>Determines whether the journal shows that an operation may have had an effect.</summary>
    public bool IsOpenInJournal(OperationRecord record) =>
        record.Run.Plan.Journal is { } number && world.Journals.TryGetValue(number, out JournalDisk? disk)
        && JournalChecks.Open(disk).Contains(record.JournalKey);

    // The error says that the request may have succeeded.
    private static bool MayExist(Exception error) =>
        error is ApiTokenException { OutcomeUnknown: true } && !error.Message.Contains("was not created", StringComparison.Ordinal);
}
