using ApiTokens.Core.Tests.Support;
using ApiTokens.Simulation.Plans;
using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation.Oracles;

/// <summary>I6: no message contradicts the history.</summary>
internal static class WordChecks
{
    public static IEnumerable<Violation> Check(SimulatedWorld world)
    {
        foreach (OperationRecord record in world.Runs.SelectMany(run => run.Operations))
        {
            Exchange[] exchanges = [.. world.Network.Exchanges.Where(exchange => exchange.Operation == record && exchange.HadEffect)];
            foreach (Exception error in record.Errors)
            {
                foreach ((string invariant, string text) in Check(world, record, exchanges, error))
                {
                    yield return new Violation(invariant, $"{text} Said by {record}: {Told.TextOf(error)}");
                }
            }
        }
    }

    private static IEnumerable<(string Invariant, string Text)> Check(
        SimulatedWorld world, OperationRecord record, Exchange[] exchanges, Exception error)
    {
        string message = error.Message;
        if (error is ApiTokenException known && ErrorText.FindDefect(known) is { } defect)
        {
            yield return ("I6-text", defect);
        }

        if (Says(message, "was not created") && exchanges.Any(exchange => exchange.Request.Kind == RequestKind.Create))
        {
            yield return ("I6-not-created", "The token was created.");
        }

        Exchange? retired = Array.Find(exchanges, exchange => exchange.Token == record.Target
            && exchange.Request.Kind is RequestKind.Remove or RequestKind.SetEnabled);
        if ((Says(message, "old token is unchanged") || Says(message, "old token still")) && retired is not null)
        {
            yield return ("I6-unchanged", $"The old token was changed by {retired}.");
        }

        if (error is OrphanedTokenException orphan && record.Service.Find(orphan.Token.Id) is { } token)
        {
            if (Says(message, "The token was removed.") && token.IsLive)
            {
                yield return ("I6-removed", "The token exists.");
            }

            bool isCertain = !Says(message, "may be lost")
                && !Says(message, "may be this token")
                && !Says(message, "may have been delivered");
            if (isCertain && world.Deliveries.Exists(delivery => delivery is { InVault: true, IsReverted: false }
                && delivery.Operation.Service == record.Service
                && delivery.TokenId == token.Id
                && delivery.Secret == token.Secret))
            {
                yield return ("I6-vault-holds", "The vault holds its secret.");
            }

            if (Says(message, "before its secret was delivered") && world.Deliveries.Exists(delivery =>
                delivery.InVault && delivery.Operation.Service == record.Service && delivery.TokenId == token.Id))
            {
                yield return ("I6-was-delivered", "Its secret was delivered.");
            }

            if (token.CreatedBy?.Operation is null && !Says(message, "may") && !Says(message, "probably"))
            {
                yield return ("I6-foreign-orphan", $"The token is not of this run: {token.Issuer} issued it.");
            }
        }

        // Years of another calendar, and the decimal separator of another culture.
        if (Says(message, "2569") || Says(message, "0÷5"))
        {
            yield return ("I6-culture", "The text depends on the culture.");
        }

        bool passwordIsRight = world.Plan.Connections[record.Plan.Connection] is { UsesPassword: true, HasWrongPassword: false };
        bool isInjected = world.Plan.Faults.Any(fault => fault.Kind == FaultKind.ProxyPage);

        // The sessions here are so short that one may end again before it is used. That is refused at last, for the whole connection.
        bool endedOnce = world.Network.Exchanges
            .Where(exchange => exchange.Operation?.Run == record.Run && exchange.Connection == record.Plan.Connection
                && exchange.Response is { Status: System.Net.HttpStatusCode.Unauthorized })
            .GroupBy(exchange => exchange.Operation).All(refused => refused.Count() < 2);
        if (passwordIsRight && !isInjected && endedOnce
            && error is ApiTokenException { Kind: ErrorKind.AuthenticationError, ErrorId: not ErrorIds.SuccessorRefused })
        {
            yield return ("I7-session", "A session ended, but the password is right.");
        }
    }

    private static bool Says(string message, string words) => message.Contains(words, StringComparison.Ordinal);
}
