using ApiTokens.Simulation.Plans;
using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation.Oracles;

/// <summary>I3: no token that was not asked for was changed, and none of another issuer was removed.</summary>
internal static class OwnershipChecks
{
    public static IEnumerable<Violation> Check(SimulatedWorld world) => world.Services.SelectMany(service => service.Effects)
        .Where(effect => effect.Kind != RequestKind.Create && effect.By?.Operation is { } record && !IsAllowed(world, effect, record))
        .Select(effect => new Violation(
            "I3-foreign", $"{effect.By} of {effect.By!.Operation} changed {effect.Token}, issued by {effect.Token.Issuer}."));

    private static bool IsAllowed(SimulatedWorld world, Effect effect, OperationRecord record) =>
        record.Target == effect.Token
        || record.Run.Plan.Action == ActionKind.RemoveAll
        // An orphan of this operation in any run, or of another operation of this run: created by it, and its secret not delivered.
        // What a process that was killed had received is lost.
        || (effect.Token.CreatedBy?.Operation is { } origin
            && (origin.Operation.Identity.Equals(record.Operation.Identity) || origin.Run == record.Run)
            && !world.Deliveries.Exists(delivery => delivery.TokenId == effect.Token.Id && delivery.On <= effect.On
                && (delivery.InVault || !delivery.Operation.Run.WasKilled)
                && delivery.Operation.Service == record.Service));
}
