using ApiTokens.Simulation.Engine;
using ApiTokens.Simulation.Plans;

namespace ApiTokens.Simulation.World;

/// <summary>What is outside the process: the services, the network, the disk, the vault, other people, and its end.</summary>
internal sealed class SimulatedWorld
{
    private readonly Dictionary<(RunRecord Run, InterruptionPoint Point), int> _reached = [];

    public SimulatedWorld(Plan plan, PoolScheduler scheduler)
    {
        Plan = plan;
        Timeline = new Timeline(scheduler);
        History = new History(Timeline);
        Random = Randomness.For(plan.Seed, 2);
        Vault = new Vault(this);
        Network = new SimulatedNetwork(this);
        Services = [.. plan.Accounts.Select(account => Create(account))];
        for (int i = 0; i < plan.Connections.Count; i++)
        {
            OwnTokens.Add(Services[plan.Connections[i].Account].AddToken($"own-{i}", "us@example.com", TimeSpan.FromDays(200)));
        }

        foreach (ServiceModel service in Services)
        {
            InitialTokens.Add(
            [
                .. Enumerable.Range(0, service.Plan.Tokens)
                    .Select(i => service.AddToken(Names.OfInitial(i), "us@example.com", TimeSpan.FromDays(100 - i))),
            ]);
        }
    }

    public Plan Plan { get; }

    public Timeline Timeline { get; }

    public History History { get; }

    public Randomness Random { get; }

    public Vault Vault { get; }

    public SimulatedNetwork Network { get; }

    public List<ServiceModel> Services { get; }

    /// <summary>The token that each connection uses.</summary>
    public List<ModelToken> OwnTokens { get; } = [];

    /// <summary>The tokens of each account that exist before the first run.</summary>
    public List<ModelToken[]> InitialTokens { get; } = [];

    public List<RunRecord> Runs { get; } = [];

    public List<Delivery> Deliveries { get; } = [];

    /// <summary>What the caller said about the new tokens that it was asked to verify.</summary>
    public List<Verification> Verifications { get; } = [];

    public Dictionary<int, JournalDisk> Journals { get; } = [];

    /// <summary>Stops the current run.</summary>
    public Action? StopRun { get; set; }

    /// <summary>Records that a secret reached its holder.</summary>
    public Delivery Deliver(OperationRecord record, IssuedToken issued, bool inVault)
    {
        var delivery = new Delivery(Timeline.Now, record, issued.Id, SecretText.ToPlainText(issued.GetSecret()), inVault);
        Deliveries.Add(delivery);
        History.Add($"   delivered {issued} for {record.Purpose}{(inVault ? " to the vault" : string.Empty)}");
        return delivery;
    }

    /// <summary>Records an event of a run, and interrupts the run if the plan says so.</summary>
    /// <returns>True if the process is dead.</returns>
    public bool Reach(InterruptionPoint point, RunRecord run)
    {
        int number = _reached[(run, point)] = _reached.GetValueOrDefault((run, point)) + 1;
        if (run.Plan.Interruption is { } interruption && interruption.Point == point && interruption.Number == number)
        {
            if (interruption.Kind is InterruptionKind.Kill or InterruptionKind.PowerLoss && point != InterruptionPoint.Request)
            {
                Interrupt(run);
            }
            else
            {
                Timeline.Schedule(interruption.Delay, () => Interrupt(run));
            }
        }

        return run.Process.IsDead;
    }

    /// <summary>Counts the results that the caller of a run receives.</summary>
    public int CountResult(RunRecord run) => _reached[(run, InterruptionPoint.Result)] =
        _reached.GetValueOrDefault((run, InterruptionPoint.Result)) + 1;

    /// <summary>Ends a run as its plan says.</summary>
    public void Interrupt(RunRecord run)
    {
        if (run.EndedOn != TimeSpan.Zero || run.Process.IsDead)
        {
            return;
        }

        InterruptionKind kind = run.Plan.Interruption!.Kind;
        History.Add($"   {kind}");
        switch (kind)
        {
            case InterruptionKind.Stop:
                StopRun?.Invoke();
                break;
            case InterruptionKind.Kill or InterruptionKind.PowerLoss:
                run.Process.Clock.IsDead = true;
                if (kind == InterruptionKind.PowerLoss && run.Plan.Journal is { } journal)
                {
                    Journals[journal].LosePower(Random);
                }

                break;
        }
    }

    /// <summary>Notes that requests may not leave any more.</summary>
    public void MarkStopped(Process process)
    {
        process.StoppedOn ??= Timeline.Now;
        process.StoppedBefore = Math.Min(process.StoppedBefore, Network.Exchanges.Count);
    }

    private ServiceModel Create(AccountPlan account) => account.Service switch
    {
        "Gcore" => new GcoreModel(account, Timeline, History),
        "Wegnology" => new WegnologyModel(account, Timeline, History),
        "Devo" => new DevoModel(account, Timeline, History),
        _ => new ApplicationUsersModel(account, Timeline, History),
    };
}
