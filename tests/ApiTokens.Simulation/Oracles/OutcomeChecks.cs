using ApiTokens.Simulation.Plans;
using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation.Oracles;

/// <summary>
/// I5 and I6: an operation that ended without an error is done, nothing undone was skipped, and a failure that claims to be one left
/// no change.
/// </summary>
internal static class OutcomeChecks
{
    public static IEnumerable<Violation> Check(SimulatedWorld world, RunRecord run)
    {
        foreach (OperationRecord record in run.Operations)
        {
            // Somebody else may have changed the token, a later operation of the input may want something else, and a request that was
            // repeated may have its effect late, after those of later operations.
            bool isDisturbed = record.Target is { } target
                && (record.Service.Effects.Exists(effect =>
                        effect.Token == target && effect.By is null && effect.Kind != RequestKind.Create)
                    || record.Service.Effects.Exists(effect =>
                        effect.Token == target && effect.By?.Fault?.Kind == FaultKind.LateEffect)
                    || run.Operations.FindLast(other => other.Target == target) != record);
            // One error reports all operations that were not tried after the run ended for their connection.
            bool isReported = record.Errors.Count > 0 || run.Operations
                .SelectMany(other => other.Errors.Select(error => (other.Operation, Error: error)))
                .Concat(run.OtherErrors.Select(other => (Operation: other.Key, Error: other.Value)))
                .Any(other => other.Operation.Connection == record.Operation.Connection
                    && other.Error.Message.Contains("not tried", StringComparison.Ordinal));
            if (run.IsComplete && !isReported && !isDisturbed && !IsDone(world, record))
            {
                yield return record.WasDoneBefore
                    ? new Violation("I5-skipped-undone", $"{record} was skipped, but it is not done.")
                    : new Violation("I6-not-done", $"{record} ended without an error, but it is not done.");
            }

            Exchange? change = world.Network.Exchanges.Find(exchange => exchange.Operation == record && exchange.HadEffect
                && exchange.Request.Kind is not (RequestKind.Create or RequestKind.Regenerate));
            if (change is not null && !run.Plan.ReturnsToken
                && run.Plan.Action is not (ActionKind.Reset or ActionKind.Issue or ActionKind.Use)
                && record.Errors.Find(error => error is ApiTokenException { OutcomeUnknown: false }) is { } error
                && (error as ApiTokenException)!.ErrorId is not ErrorIds.JournalNotWritten)
            {
                yield return new Violation("I6-false-failure", $"{change} had an effect, but {record} failed: {error.Message}");
            }
        }

        if (run.IsComplete && run.Done + run.Failed + run.Skipped != run.Added)
        {
            yield return new Violation("I6-summary", "The summary does not count every operation.");
        }
    }

    public static bool IsDone(SimulatedWorld world, OperationRecord record) => record.Run.Plan.Action switch
    {
        ActionKind.Issue => world.Deliveries.Exists(delivery => delivery.Operation.Purpose == record.Purpose),
        ActionKind.Use => record.HasStarted && world.Services.TrueForAll(service => !service.Tokens.Any(token =>
            token.IsLive && token.Name == record.Name && token.CreatedBy?.Operation == record)),
        ActionKind.Remove when record.Run.Plan.RemoveAfter is not null => true,
        ActionKind.Remove or ActionKind.RemoveAll => !record.Target!.IsLive,
        ActionKind.Enable => !record.Target!.IsLive || record.Target.IsEnabled,
        ActionKind.Disable => !record.Target!.IsLive || !record.Target.IsEnabled,
        ActionKind.Rename => record.Target!.Name == record.Name,
        ActionKind.Update => record.Target!.Description == ExpectedText(record),
        ActionKind.Retire => !record.Target!.IsLive || !record.Target.IsEnabled,
        _ => IsReset(world, record),
    };

    private static string ExpectedText(OperationRecord record) => record.Service.Service == "Wegnology"
        ? OperationFactory.Description(record.Plan) : record.Plan.Parameter % 2 == 0 ? "full" : "read";

    private static bool IsReset(SimulatedWorld world, OperationRecord record)
    {
        bool delivered = world.Deliveries.Exists(delivery => delivery.Operation.Purpose == record.Purpose);
        bool inPlace = record.Operation.Connection.Capabilities.Regenerate && record.Run.Plan is { WithSuccessor: false, Verifies: false }
            && record.Run.Plan is { OldToken: OldTokenAction.Remove, GracePeriod: null };
        bool keeps = inPlace || record.Run.Plan is { OldToken: OldTokenAction.Keep } or { GracePeriod: not null };
        return delivered && (keeps || !record.Target!.IsLive);
    }
}
