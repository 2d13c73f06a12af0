using ApiTokens.Simulation.Engine;
using ApiTokens.Simulation.World;

namespace ApiTokens.Simulation.Plans;

/// <summary>Draws a plan from a seed.</summary>
internal static class Planner
{
    private static readonly ActionKind[] DevoActions =
        [ActionKind.Issue, ActionKind.Reset, ActionKind.Remove, ActionKind.Enable, ActionKind.Disable, ActionKind.Rename];

    private static readonly ActionKind[] WegnologyActions = [.. DevoActions, ActionKind.Update];
    private static readonly ActionKind[] GcoreActions = [ActionKind.Issue, ActionKind.Reset, ActionKind.Remove];

    private static readonly ActionKind[] ApplicationUsersActions =
        [ActionKind.Issue, ActionKind.Reset, ActionKind.Remove, ActionKind.RemoveAll, ActionKind.Rename, ActionKind.Update];

    public static Plan Draw(ulong seed)
    {
        var random = Randomness.For(seed, 1);
        bool isBulk = random.Chance(4);
        string service = random.Pick("Gcore", "Wegnology", "Devo", "ApplicationUsers");
        List<AccountPlan> accounts = [DrawAccount(0, service, isBulk, random)];
        if (random.Chance(15))
        {
            // The account of the same name at another address.
            accounts.Add(DrawAccount(1, service, isBulk, random));
        }

        var connections = new List<ConnectionPlan>();
        for (int account = 0; account < accounts.Count; account++)
        {
            bool password = service is "Gcore" or "Wegnology" && random.Chance(25);
            connections.Add(new ConnectionPlan(account) { UsesPassword = password, HasWrongPassword = password && random.Chance(15) });
        }

        if (random.Chance(15))
        {
            connections.Add(new ConnectionPlan(0) { UpperCase = true });
        }

        List<RunPlan> runs = DrawRuns(service, connections.Count, isBulk, random);
        return LifecyclePlanner.Extend(new Plan(seed)
        {
            Accounts = accounts,
            Connections = connections,
            Runs = runs,
            Faults = DrawFaults(runs, accounts.Count, isBulk, random),
            Others = [.. Enumerable.Range(0, random.Chance(30) ? random.Between(1, 2) : 0).Select(_ => DrawPerson(runs, random))],
            HasOtherCulture = random.Chance(5),
            MaxLatency = random.Pick(5, 80, 80, 400),
        });
    }

    private static AccountPlan DrawAccount(int index, string service, bool isBulk, Randomness random) => new(index, service)
    {
        Tokens = isBulk ? 40 : 4,
        TokenLimit = random.Chance(5) ? random.Between(5, 7) : int.MaxValue,
        ClockSkew = random.Chance(25) ? TimeSpan.FromSeconds(random.Between(-400, 400)) : TimeSpan.Zero,
        ListLag = random.Chance(10) ? random.Milliseconds(100, 8000) : TimeSpan.Zero,
        SecretLag = random.Chance(15) ? random.Milliseconds(100, 3000) : TimeSpan.Zero,
        SessionLifetime = random.Chance(30) ? random.Milliseconds(3000, 8000) : TimeSpan.FromHours(1),
        OmitsCreationDate = random.Chance(8),
    };

    private static List<RunPlan> DrawRuns(string service, int connections, bool isBulk, Randomness random)
    {
        ActionKind action = random.Pick<ActionKind>(service switch
        {
            "Gcore" => GcoreActions,
            "Wegnology" => WegnologyActions,
            "Devo" => DevoActions,
            _ => ApplicationUsersActions,
        });
        RunPlan first = DrawRun(action, connections, isBulk, random);
        var runs = new List<RunPlan> { first };
        if (first.GracePeriod is { } grace && random.Chance(80))
        {
            runs.Add(new RunPlan(ActionKind.Retire)
            {
                Journal = first.Journal,
                DelayBefore = grace + TimeSpan.FromMinutes(1),
                Interruption = DrawInterruption(action, random),
            });
        }
        else if (random.Chance(25))
        {
            runs.AddRange(DrawNext(first, random));
        }

        return runs;
    }

    // What the same user does next: the opposite, or the same with other parameters.
    private static IEnumerable<RunPlan> DrawNext(RunPlan first, Randomness random)
    {
        RunPlan same = first with { Interruption = null, Disk = null, VaultFailure = null, DelayBefore = TimeSpan.FromMinutes(5) };
        switch (first.Action)
        {
            case ActionKind.Enable or ActionKind.Disable:
                yield return same with { Action = Opposite(first.Action), Journal = null };
                yield return same;
                break;
            case ActionKind.Rename or ActionKind.Update:
                yield return same with
                {
                    Operations = [.. same.Operations.Select(operation => operation with { Parameter = operation.Parameter + 10 })],
                };
                break;
            default:
                yield return same with { Relists = first.Action == ActionKind.Remove && random.Chance(60) };
                break;
        }
    }

    private static ActionKind Opposite(ActionKind action) => action == ActionKind.Enable ? ActionKind.Disable : ActionKind.Enable;

    private static RunPlan DrawRun(ActionKind action, int connections, bool isBulk, Randomness random)
    {
        bool reset = action == ActionKind.Reset;
        bool saves = action is ActionKind.Issue or ActionKind.Reset && random.Chance(65);
        int? journal = random.Chance(65) ? 0 : null;
        OldTokenAction old = reset && random.Chance(15) ? OldTokenAction.Keep : OldTokenAction.Remove;
        int count = isBulk ? 38 : random.Pick(1, 1, 2, 3, 4, 6);
        return new RunPlan(action)
        {
            Operations = [.. Enumerable.Range(0, count).Select(i => DrawOperation(i, action, connections, isBulk, random))],
            Journal = journal,
            SavesSecrets = saves,
            Throttle = isBulk ? random.Pick(1, 16) : random.Pick(1, 2, 4, 16),
            RemoveOrphan = action == ActionKind.Issue && random.Chance(40),
            ReturnsToken = random.Chance(15),
            WithSuccessor = reset && random.Chance(60),
            OldToken = old,
            GracePeriod = reset && journal is not null && old != OldTokenAction.Keep && random.Chance(25)
                ? TimeSpan.FromHours(random.Between(1, 48)) : null,
            Relists = action == ActionKind.Remove && random.Chance(30),
            Shards = action is ActionKind.Remove or ActionKind.Rename && random.Chance(10) ? 2 : 1,
            Interruption = DrawInterruption(action, random),
            Disk = journal is not null && random.Chance(10)
                ? new DiskFailure(random.Between(1, 9), random.Chance(50), random.Chance(30), random.Between(1, 3), random.Chance(30))
                : null,
            VaultFailure = saves && random.Chance(10) ? random.Between(1, 3) : null,
        };
    }

    private static OperationPlan DrawOperation(int index, ActionKind action, int connections, bool isBulk, Randomness random)
    {
        int token = isBulk ? index : random.Chance(12) ? random.Next(3) : index % 4;
        int parameter = action == ActionKind.Issue && random.Chance(85) ? index : random.Next(3);
        return new OperationPlan(random.Chance(70) ? 0 : random.Next(connections), token, parameter) { OnlyId = random.Chance(20) };
    }

    internal static Interruption? DrawInterruption(ActionKind action, Randomness random)
    {
        if (!random.Chance(45))
        {
            return null;
        }

        InterruptionKind kind = random.Pick(
            InterruptionKind.Stop, InterruptionKind.Stop, InterruptionKind.CallerThrows, InterruptionKind.Kill, InterruptionKind.Kill,
            InterruptionKind.PowerLoss);
        InterruptionPoint point = kind == InterruptionKind.CallerThrows ? InterruptionPoint.Result
            : kind == InterruptionKind.Stop ? random.Pick(InterruptionPoint.Request, InterruptionPoint.Time)
            : action is ActionKind.Issue or ActionKind.Reset
                ? random.Pick(
                    InterruptionPoint.Request, InterruptionPoint.JournalWrite, InterruptionPoint.JournalWrite, InterruptionPoint.BeforeSave,
                    InterruptionPoint.AfterSave)
            : random.Pick(InterruptionPoint.Request, InterruptionPoint.JournalWrite, InterruptionPoint.Time);
        return new Interruption(kind, point, random.Between(1, 9), random.Milliseconds(0, point == InterruptionPoint.Time ? 4000 : 200));
    }

    private static List<FaultPlan> DrawFaults(List<RunPlan> runs, int accounts, bool isBulk, Randomness random)
    {
        List<FaultPlan> faults = [.. Enumerable.Range(0, random.Pick(0, 1, 1, 1, 2, 2, 3))
            .Select(_ => DrawFault(runs, accounts, isBulk, random))];
        if (isBulk && random.Chance(50))
        {
            // Only a burst of refusals, so that nothing else makes the run slow.
            return
            [
                new FaultPlan(FaultKind.Throttled, RequestKind.Unknown, random.Between(1, 20))
                {
                    Count = 16,
                    RetryAfter = random.Pick(RetryAfterForm.None, RetryAfterForm.Zero, RetryAfterForm.PastDate),
                },
            ];
        }

        if (runs[0].Action == ActionKind.Reset && random.Chance(15))
        {
            // A proxy answers instead of the service when a secret that does not work is to be proved.
            int number = random.Between(1, 3);
            FaultPlan page = DrawFault(runs, accounts, isBulk, random);
            faults.Add(new FaultPlan(FaultKind.BrokenSecret, RequestKind.Create, number));
            int status = random.Pick(403, 200, 404);
            faults.Add(page with { Kind = FaultKind.ProxyPage, Target = RequestKind.Me, Number = number, Status = status });
        }

        return faults;
    }

    internal static FaultPlan DrawFault(List<RunPlan> runs, int accounts, bool isBulk, Randomness random)
    {
        RequestKind target = random.Chance(30) ? RequestKind.Unknown : random.Chance(20)
            ? random.Pick(RequestKind.List, RequestKind.Get, RequestKind.Me, RequestKind.Login) : WriteOf(runs[0].Action, random);
        FaultKind kind = (FaultKind)random.Next((int)FaultKind.MissingSecret + 1);
        int status = kind == FaultKind.ProxyPage ? random.Pick(403, 403, 502, 503, 407, 200, 404, 302) : random.Pick(500, 502, 504);
        return new FaultPlan(kind, target, random.Pick(1, 1, 1, 2, 3, isBulk ? 12 : 4))
        {
            Count = isBulk && random.Chance(60) ? 16 : random.Chance(20) ? random.Between(2, 8) : 1,
            Account = random.Next(accounts),
            Status = status,

            // Nobody can tell a proxy's 200 in JSON from the answer of the service.
            MediaType = status == 200 ? random.Pick("text/html", "text/plain")
                : random.Pick("text/html", "text/html", "application/json", "text/plain"),
            ReachesService = random.Chance(40) && (kind != FaultKind.ProxyPage || status is 200 or >= 500),
            RetryAfter = (RetryAfterForm)random.Next((int)RetryAfterForm.Long + 1),
            Time = TimeSpan.FromMilliseconds(random.Chance(50) ? random.Between(50, 3000) : random.Between(3000, 90_000)),
        };
    }

    private static RequestKind WriteOf(ActionKind action, Randomness random) => action switch
    {
        ActionKind.Issue => RequestKind.Create,
        ActionKind.Use => random.Pick(RequestKind.Create, RequestKind.Remove, RequestKind.Remove),
        ActionKind.Reset => random.Pick(RequestKind.Create, RequestKind.Regenerate, RequestKind.Remove, RequestKind.Me, RequestKind.Create),
        ActionKind.Remove or ActionKind.Retire => RequestKind.Remove,
        ActionKind.RemoveAll => RequestKind.RemoveAll,
        ActionKind.Enable or ActionKind.Disable => RequestKind.SetEnabled,
        ActionKind.Rename => RequestKind.Rename,
        _ => RequestKind.Update,
    };

    private static PersonPlan DrawPerson(List<RunPlan> runs, Randomness random)
    {
        RunPlan run = runs[0];
        bool issue = random.Chance(60);
        string name = run.Action == ActionKind.Issue ? Names.OfNew(random.Next(3)) : Names.OfInitial(random.Next(4));
        return new PersonPlan(
            0,
            issue ? RequestKind.Create : random.Pick(RequestKind.Rename, RequestKind.Remove),
            random.Next(4),
            issue ? name : "theirs",
            random.Chance(60) ? WriteOf(run.Action, random) : RequestKind.Unknown,
            random.Between(1, 3),
            random.Milliseconds(0, 1500));
    }
}

/// <summary>The names of tokens.</summary>
internal static class Names
{
    public static string OfNew(int number) => $"new-{number}";

    public static string OfInitial(int number) => $"job-{number}";

    public static string OfRenamed(int parameter, int token) => $"renamed-{parameter}-{token}";
}
