using ApiTokens.Simulation.Plans;
using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation.Oracles;

/// <summary>
/// I1: whoever needs a secret has one that works, or was told. I2: each token that exists because of a run was delivered or is told.
/// </summary>
internal static class SecretChecks
{
    public static IEnumerable<Violation> Check(SimulatedWorld world, Told told)
    {
        foreach (ServiceModel service in world.Services)
        {
            foreach (Effect effect in service.Effects.Where(effect => effect.By is not null))
            {
                OperationRecord? record = effect.By!.Operation;
                if (effect.Kind is RequestKind.Create or RequestKind.Regenerate && IsLost(world, effect, told))
                {
                    string reason = record?.Run is { IsComplete: false, WasKilled: false } ? "-at-stop" : string.Empty;
                    yield return new Violation(
                        (effect.Kind == RequestKind.Create ? "I2-lost-token" : "I2-lost-secret") + reason,
                        $"{effect.By} of {record} issued the secret of {effect.Token}, which nobody holds and no message names.");
                }

                bool retires = effect.Kind is RequestKind.Remove or RequestKind.SetEnabled
                    && record is { Run.Plan.Action: ActionKind.Reset or ActionKind.Retire } && record.Target == effect.Token
                    && !world.Runs.Exists(run => run.Plan.RemoveAfter is not null);
                if (retires && !HasWorkingSuccessor(world, effect.Token, effect.On, []))
                {
                    yield return new Violation("I1-outage", $"{effect.By} of {record} retired {effect.Token}, and no successor works.");
                }
            }
        }

        foreach ((string purpose, Delivery delivery) in world.Vault.Entries)
        {
            ModelToken token = delivery.Operation.Service.Find(delivery.TokenId)!;
            bool works = token is { IsLive: true, IsEnabled: true, IsBroken: false } && token.Secret == delivery.Secret;
            bool changedByOthers = delivery.Operation.Service.Effects.Exists(effect => effect.Token == token
                && (effect.By is null
                    || effect.By.Operation?.Run.Plan.Action is not (ActionKind.Reset or ActionKind.Issue or ActionKind.Retire)));
            // A new token is not proved, because nothing depends on it yet.
            bool isNew = delivery.Operation.Run.Plan.Action == ActionKind.Issue;

            // A process that is killed says nothing, and without a journal nobody resumes its work.
            bool isSilent = delivery.Operation.Run is { Process.IsDead: true, Plan.Journal: null };
            if (!works && !changedByOthers && !isNew && !isSilent && !told.Names(token, token.CreatedBy?.Operation))
            {
                yield return new Violation("I1-vault", $"The vault's {purpose} is of {token}, does not work, and no message names it.");
            }
        }
    }

    private static bool IsLost(SimulatedWorld world, Effect effect, Told told)
    {
        ModelToken token = effect.Token;
        bool isCurrent = token.IsLive && !world.Services.Exists(service => service.Effects.Exists(later =>
            later.Token == token && later.Kind == RequestKind.Regenerate && later.On > effect.On));
        bool isDelivered = world.Deliveries.Exists(delivery => delivery.TokenId == token.Id && delivery.Secret == token.Secret);

        // Without a journal, a process that is killed cannot tell anybody anything.
        OperationRecord? record = effect.By!.Operation;
        bool isUntellable = record is { Run: { Plan.Journal: null, WasKilled: true } };
        return isCurrent && !isDelivered && !isUntellable && !told.Names(token, record);
    }

    // The successor may have been replaced in turn. A successor that somebody else changed meanwhile is not the run's fault.
    private static bool HasWorkingSuccessor(SimulatedWorld world, ModelToken token, TimeSpan on, HashSet<string> seen) =>
        seen.Add(token.Id) && world.Deliveries.Exists(delivery =>
            delivery.Operation.Target == token && delivery.On <= on
            && delivery.Operation.Service.Find(delivery.TokenId) is { } successor && successor != token
            && (WorkedOn(successor, on) || HasWorkingSuccessor(world, successor, on, seen)
                || delivery.Operation.Service.Effects.Exists(effect => effect.Token == successor && effect.By is null)));

    private static bool WorkedOn(ModelToken token, TimeSpan on) =>
        !token.IsBroken && token.IsEnabled && token.WorksFrom <= on && (token.RemovedOn is null || token.RemovedOn > on);
}
