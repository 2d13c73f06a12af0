using ApiTokens.Services;
using ApiTokens.Simulation.Engine;
using ApiTokens.Simulation.Plans;
using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation;

/// <summary>One process of the user with its connections, which several runs share unless the process dies.</summary>
internal sealed class Session
{
    public Session(SimulatedWorld world)
    {
        Process = new Process(new SimulatedClock(world.Timeline));
        Connections = [.. world.Plan.Connections.Select((plan, index) => Connect(world, plan, index))];
    }

    public Process Process { get; }

    public IReadOnlyList<TokenConnection> Connections { get; }

    private TokenConnection Connect(SimulatedWorld world, ConnectionPlan plan, int index)
    {
        ServiceModel service = world.Services[plan.Account];
        SimulatedNetwork.SetSender(Process, null, null, index);
        var request = new ConnectionRequest
        {
            Service = service.Service,
            Name = $"connection{index}",
            Account = plan.UpperCase && service.Service != "Wegnology" ? service.Account.ToUpperInvariant() : service.Account,
            BaseUri = service.BaseUri,
            Secret = plan.UsesPassword ? null : SecretText.ToSecureString(world.OwnTokens[index].Secret),
            UserName = plan.UsesPassword ? "us@example.com" : null,
            Password = plan.UsesPassword
                ? SecretText.ToSecureString(plan.HasWrongPassword ? "wrong-password" : ConnectionPlan.Password) : null,
            SkipCheck = true,
            Timeout = TimeSpan.FromSeconds(30.5),
            Time = Process.Clock,
        };
        return world.Timeline.Await(TokenConnection.ConnectAsync(request, CancellationToken.None));
    }
}
