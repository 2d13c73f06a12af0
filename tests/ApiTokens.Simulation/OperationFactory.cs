using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Services;
using ApiTokens.Simulation.Plans;
using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation;

/// <summary>Creates the operations of a run.</summary>
internal sealed class OperationFactory(SimulatedWorld world, Session session, RunRecord run, RetirementSchedule? schedule)
{
    private readonly Dictionary<string, int> _occurrences = [];
    private int _verifications;
    private Dictionary<int, HashSet<string>>? _listed;

    public int ConnectionOf(Operation operation) => session.Connections.ToList().IndexOf(operation.Connection);

    /// <summary>Creates an operation; null if its token is not in the input.</summary>
    public OperationRecord? Create(OperationPlan plan, int shard)
    {
        TokenConnection connection = session.Connections[shard > 1 ? AliasOf(plan.Connection) : plan.Connection];
        ServiceModel service = world.Services[world.Plan.Connections[plan.Connection].Account];
        if (run.Plan.Action == ActionKind.Use)
        {
            return Use(plan, connection, service);
        }

        if (run.Plan.Action == ActionKind.Issue)
        {
            return Issue(plan, connection, service);
        }

        ModelToken target = world.InitialTokens[service.Plan.Index][plan.Token % service.Plan.Tokens];
        ApiToken token = Input(target, connection, plan.OnlyId);
        if ((run.Plan.Shards > 1 && !Shard.Parse($"{shard}/{run.Plan.Shards}").Contains(token))
            || (run.Plan.Relists && !List(plan.Connection).Contains(target.Id)))
        {
            return null;
        }

        string name = Names.OfRenamed(plan.Parameter, plan.Token);
        Operation operation = run.Plan.Action switch
        {
            ActionKind.Reset => new ResetOperation(connection, token, Options($"secret of {service.Plan.Index}/{target.Id}"))
            {
                ReturnsToken = run.Plan.ReturnsToken,
            },
            ActionKind.Remove => new RemoveOperation(connection, token)
            {
                ReturnsToken = run.Plan.ReturnsToken,
                After = run.Plan.RemoveAfter,
            },
            ActionKind.RemoveAll => new RemoveAllOperation(connection, target.Owner) { ReturnsToken = run.Plan.ReturnsToken },
            ActionKind.Enable or ActionKind.Disable => new SetEnabledOperation(connection, token, run.Plan.Action == ActionKind.Enable)
            {
                ReturnsToken = run.Plan.ReturnsToken,
                RemoveAfter = run.Plan.RemoveAfter,
                CancelsRemoval = run.Plan.Action == ActionKind.Enable
                    && schedule?.IsRemovalStaged(connection.GetIdentity(token.Id)) == true,
            },
            ActionKind.Rename => new RenameOperation(connection, token, name) { ReturnsToken = run.Plan.ReturnsToken },
            _ => new UpdateOperation(connection, token, Changes(service, plan)) { ReturnsToken = run.Plan.ReturnsToken },
        };
        return Record(plan, operation, service, target, name, $"secret of {service.Plan.Index}/{target.Id}");
    }

    /// <summary>Creates the operation that retires a token that is due.</summary>
    public OperationRecord Retire(DueToken due)
    {
        int index = session.Connections.ToList().FindIndex(connection => connection.AccountIdentity.Equals(due.Token.Account));
        ServiceModel service = world.Services[world.Plan.Connections[index].Account];
        var operation = new RetireOperation(session.Connections[index], due, schedule!.SuccessorOf(due))
        {
            Verify = run.Plan.Verifies ? (_, _) => Verify(due.Id) : null,
        };
        return Record(new OperationPlan(index, 0, 0), operation, service, service.Find(due.Id), null, string.Empty);
    }

    // Another machine may spell the account in another case.
    private int AliasOf(int connection)
    {
        IReadOnlyList<ConnectionPlan> all = world.Plan.Connections;
        int alias = all.ToList().FindIndex(other => other.UpperCase && other.Account == all[connection].Account);
        return alias < 0 ? connection : alias;
    }

    public static string Description(OperationPlan plan) => $"text-{plan.Parameter}";

    private static TokenChanges Changes(ServiceModel service, OperationPlan plan) => service.Service == "Wegnology"
        ? new TokenChanges { Description = Description(plan) }
        : new TokenChanges { ApplyToAll = plan.Parameter % 2 == 0 ? AccessLevel.Full : AccessLevel.Read };

    private ResetOptions Options(string purpose) => new()
    {
        Verify = run.Plan.Verifies ? (_, _) => Verify(purpose) : null,
        WithSuccessor = run.Plan.WithSuccessor,
        Predecessor = run.Plan.OldToken,
        GracePeriod = run.Plan.GracePeriod,
    };

    private bool Verify(string purpose)
    {
        bool accepted = ++_verifications != run.Plan.VerifyFailure;
        world.Verifications.Add(new Verification(world.Timeline.Now, purpose, accepted));
        world.History.Add($"   {(accepted ? "verified" : "rejected")} {purpose}");
        return accepted;
    }

    private OperationRecord Use(OperationPlan plan, TokenConnection connection, ServiceModel service)
    {
        string purpose = $"job {plan.Parameter}";
        string name = $"job-{plan.Parameter}-{run.Number}-{run.Operations.Count}";
        OperationRecord? record = null;
        var operation = new UseOperation(connection, purpose, NewRequest(name, service), Job);
        return record = Record(plan, operation, service, null, name, $"{service.Plan.Index}/{purpose}");

        void Job(IssuedToken issued)
        {
            record!.HasStarted = true;
            world.History.Add($"   the job {purpose} uses {issued}");
            if (world.Reach(InterruptionPoint.BeforeSave, run) || world.Reach(InterruptionPoint.AfterSave, run))
            {
                throw new KilledException();
            }
        }
    }

    private OperationRecord Issue(OperationPlan plan, TokenConnection connection, ServiceModel service)
    {
        string name = Names.OfNew(plan.Parameter);
        NewTokenRequest request = NewRequest(name, service);
        string key = $"{service.Plan.Index} {name}";
        int occurrence = _occurrences[key] = _occurrences.GetValueOrDefault(key) + 1;
        var operation = new IssueOperation(connection, request, occurrence) { RemoveOrphan = run.Plan.RemoveOrphan };
        return Record(plan, operation, service, null, name, $"{service.Plan.Index}/{name}/{occurrence}");
    }

    private static NewTokenRequest NewRequest(string name, ServiceModel service) => new()
    {
        Name = name,
        User = service.Service is "Devo" or "ApplicationUsers" ? "us@example.com" : null,
        Role = service.Service == "Gcore" ? "Users" : null,
        Audience = service.Service == "Devo" ? ["credentials"] : [],
        Scope = service.Service == "Wegnology" ? ["all.Application"] : [],
    };

    private OperationRecord Record(
        OperationPlan plan, Operation operation, ServiceModel service, ModelToken? target, string? name, string purpose) => new(run, plan)
        {
            Operation = operation,
            Service = service,
            Target = target,
            Name = name,
            Purpose = purpose,
            EffectsBefore = service.Effects.Count,
        };

    // A user often has a stale record: the state of the token when it was listed.
    private static ApiToken Input(ModelToken token, TokenConnection connection, bool onlyId) => new()
    {
        Connection = connection.Name,
        Service = connection.Service,
        Account = connection.Account,
        Id = token.Id,
        Name = onlyId ? string.Empty : token.Name,
        CreatedAt = onlyId ? null : token.CreatedAt,
        Owner = onlyId ? null : token.Owner,
        Issuer = onlyId ? null : token.Issuer,
    };

    private HashSet<string> List(int connection)
    {
        _listed ??= [];
        if (!_listed.TryGetValue(connection, out HashSet<string>? ids))
        {
            ServiceModel service = world.Services[world.Plan.Connections[connection].Account];
            _listed[connection] = ids = [.. service.Tokens.Where(token => token.IsLive).Select(token => token.Id)];
        }

        return ids;
    }
}
