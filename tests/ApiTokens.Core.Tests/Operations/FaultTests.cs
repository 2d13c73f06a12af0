using ApiTokens.Core.Tests.Support;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>Every fault of a request with every operation: the operation succeeds, or its error describes the outcome correctly.</summary>
public sealed class FaultTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    private static readonly Dictionary<string, Fault> Faults = new()
    {
        ["500"] = new Fault { Kind = FaultKind.Status, Status = 500 },
        ["500 after"] = new Fault { Kind = FaultKind.Status, Status = 500, When = FaultTiming.After },
        ["503"] = new Fault { Kind = FaultKind.Status, Status = 503 },
        ["503 after"] = new Fault { Kind = FaultKind.Status, Status = 503, When = FaultTiming.After },
        ["503 retry"] = new Fault { Kind = FaultKind.Status, Status = 503, RetryAfter = "1" },
        ["429"] = new Fault { Kind = FaultKind.Status, Status = 429 },
        ["429 retry"] = new Fault { Kind = FaultKind.Status, Status = 429, RetryAfter = "1" },
        ["delay"] = new Fault { Kind = FaultKind.Delay, Delay = TimeSpan.FromMilliseconds(20) },
        ["delay after"] = new Fault { Kind = FaultKind.Delay, Delay = TimeSpan.FromMilliseconds(20), When = FaultTiming.After },
        ["reset"] = new Fault { Kind = FaultKind.Reset },
        ["reset after"] = new Fault { Kind = FaultKind.Reset, When = FaultTiming.After },
        ["truncate"] = new Fault { Kind = FaultKind.Truncate },
        ["not json"] = new Fault { Kind = FaultKind.NotJson },
    };

    private static readonly string[] Operations =
    [
        "list", "get", "create", "enable", "disable", "rename", "update", "remove", "regenerate",
    ];

    private static readonly string[] Limits = ["429", "429 retry"];

    public static TheoryData<string, string, string> SingleFaults => Cases(Faults.Keys);

    // A persistent delay is not a failure, and truncated responses take too long to repeat.
    public static TheoryData<string, string, string> PersistentFaults =>
        Cases(Faults.Keys.Where(fault => !fault.StartsWith("delay", StringComparison.Ordinal) && fault != "truncate"));

    public static TheoryData<string, string, string> LostThenThrottled =>
        Cases(["reset", "reset after", "500 after"], operation => IsIdempotentWrite(operation));

    [Theory]
    [MemberData(nameof(SingleFaults))]
    public async Task Operation_SingleFault_SucceedsOrReportsOutcome(string service, string operation, string fault)
    {
        Outcome outcome = await RunAsync(service, operation, Faults[fault]);

        bool succeeds = fault switch
        {
            "not json" => false,
            "truncate" when operation == "list" => service is "Wegnology" or "ApplicationUsers",
            "429" or "429 retry" or "delay" or "delay after" => true,
            _ => !IsNotIdempotent(operation),
        };
        AssertOutcome(outcome, operation, fault, succeeds);
    }

    [Theory]
    [MemberData(nameof(PersistentFaults))]
    public async Task Operation_PersistentFault_ReportsOutcome(string service, string operation, string fault)
    {
        Outcome outcome = await RunAsync(service, operation, Faults[fault] with { Count = 1000 });

        AssertOutcome(outcome, operation, fault, succeeds: false);
    }

    [Theory]
    [MemberData(nameof(LostThenThrottled))]
    public async Task Write_ThrottledAfterLostResponse_ReportsUnknownOutcome(string service, string operation, string fault)
    {
        Outcome outcome = await RunAsync(
            service, operation, Faults[fault], new Fault { Kind = FaultKind.Status, Status = 429, RetryAfter = "3600" });

        Assert.Equal((ErrorKind.LimitsExceeded, true), (outcome.Error!.Kind, outcome.Error.OutcomeUnknown));
        Assert.Equal(fault.EndsWith("after", StringComparison.Ordinal), outcome.Applied);
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Summary_SuccessfulAndFailedRetries_CountsAll(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        IssuedToken first = await connection.Tokens.CreateAsync(FaultySandbox.New(service, FaultySandbox.NewName()), default);
        IssuedToken second = await connection.Tokens.CreateAsync(FaultySandbox.New(service, FaultySandbox.NewName()), default);
        string method = MethodOf(service, "remove");
        sandbox.Plan(service, new Fault { Kind = FaultKind.Reset, Method = method, Path = $"*{first.Id}*", Count = 1000 });
        sandbox.Plan(service, new Fault { Kind = FaultKind.Status, Status = 500, Method = method, Path = $"*{second.Id}*", Count = 2 });

        RunResult result = await RunResult.RunAsync(null, Remove(first), Remove(second));

        sandbox.Clear();
        Assert.Equal((1, 1, 5 + 2), (result.Summary.Done, result.Summary.Failed, result.Summary.Retried));
        Assert.Equal(ErrorKind.ConnectionError, Assert.IsType<ApiTokenException>(result.Error).Kind);

        TestOperation Remove(ApiToken token) =>
            new(connection, token.Id, token.Name, token, context => connection.Tokens.RemoveAsync(token.Id, context.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Remove_ManyTokensWithRandomFaults_ReportsEveryOutcome(string service)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        var tokens = new List<ApiToken>();
        for (int i = 0; i < 40; i++)
        {
            tokens.Add(await connection.Tokens.CreateAsync(FaultySandbox.New(service, name), default));
        }

        string method = MethodOf(service, "remove");
        foreach (string fault in (string[])["500 after", "503", "429 retry", "reset", "reset after"])
        {
            sandbox.Plan(service, Faults[fault] with { Method = method, Probability = 0.1, Seed = fault.Length });
        }

        RunResult result = await RunResult.RunAsync(
            null,
            [
                .. tokens.Select(token => new TestOperation(
                    connection, token.Id, name, token, context => connection.Tokens.RemoveAsync(token.Id, context.CancellationToken))),
            ]);

        sandbox.Clear();
        Assert.InRange(result.Summary.Retried, 5, 200);
        List<ApiToken> remaining = await FaultySandbox.ListByNameAsync(connection, name);
        Assert.Equal(tokens.Count, result.Summary.Done + result.Summary.Failed);
        Assert.All(result.Errors, error => Assert.True(Assert.IsType<ApiTokenException>(error).OutcomeUnknown));
        Assert.InRange(remaining.Count, 0, result.Summary.Failed);
    }

    private static void AssertOutcome(Outcome outcome, string operation, string fault, bool succeeds)
    {
        bool read = operation is "list" or "get";
        bool limit = Limits.Contains(fault);
        if (succeeds)
        {
            Assert.Null(outcome.Error);
            Assert.True(outcome.Applied);
            return;
        }

        Assert.NotNull(outcome.Error);
        ErrorKind kind = fault switch
        {
            "not json" => ErrorKind.InvalidResult,
            "429" or "429 retry" => ErrorKind.LimitsExceeded,
            _ => ErrorKind.ConnectionError,
        };
        Assert.Equal((kind, kind.ToString(), !read && !limit), (outcome.Error.Kind, outcome.Error.ErrorId, outcome.Error.OutcomeUnknown));
        Assert.False(string.IsNullOrEmpty(outcome.Error.RecommendedAction));
        Assert.Equal(!read && (Faults[fault].When == FaultTiming.After || fault is "truncate" or "not json"), outcome.Applied);
    }

    private static TheoryData<string, string, string> Cases(IEnumerable<string> faults, Func<string, bool>? filter = null)
    {
        var cases = new TheoryData<string, string, string>();
        foreach (ServiceDefinition service in ServiceCatalog.All)
        {
            foreach (string operation in Operations.Where(each => IsSupported(service.Capabilities, each) && filter?.Invoke(each) != false))
            {
                foreach (string fault in faults)
                {
                    cases.Add(service.Name, operation, fault);
                }
            }
        }

        return cases;
    }

    private static bool IsSupported(ServiceCapabilities capabilities, string operation) => operation switch
    {
        "enable" or "disable" => capabilities.SetEnabled,
        "rename" => capabilities.Rename,
        "update" => capabilities.UpdateDescription || capabilities.UpdateAccess,
        "regenerate" => capabilities.Regenerate,
        _ => true,
    };

    private static bool IsNotIdempotent(string operation) => operation is "create" or "regenerate";

    private static bool IsIdempotentWrite(string operation) => operation is not ("list" or "get") && !IsNotIdempotent(operation);

    private static string MethodOf(string service, string operation) => (service, operation) switch
    {
        (_, "list" or "get") => "GET",
        (_, "create" or "regenerate") or ("ApplicationUsers", "remove") => "POST",
        (_, "remove") => "DELETE",
        ("Devo", _) => "PUT",
        _ => "PATCH",
    };

    private async Task<Outcome> RunAsync(string service, string operation, params Fault[] faults)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        ITokenService tokens = connection.Tokens;
        string name = FaultySandbox.NewName();
        IssuedToken? token = operation == "create" ? null : await tokens.CreateAsync(FaultySandbox.New(service, name), default);
        if (operation == "enable")
        {
            await tokens.SetEnabledAsync(token!.Id, enabled: false, default);
        }

        PlannedFault[] planned = [.. faults.Select(fault => sandbox.Plan(service, fault with { Method = MethodOf(service, operation) }))];
        object? response = null;
        Exception? error = await Record.ExceptionAsync(async () => response = await DoAsync(tokens, operation, token?.Id, name));
        sandbox.Clear();

        Assert.All(planned, each => Assert.True(each.Fired > 0));
        Assert.True(error is null or ApiTokenException, $"{error}");
        bool applied = await IsAppliedAsync(connection, operation, token, response, name);
        foreach (ApiToken remaining in await FaultySandbox.ListByNameAsync(connection, name))
        {
            await tokens.RemoveAsync(remaining.Id, default);
        }

        return new Outcome((ApiTokenException?)error, applied);
    }

    private static async Task<object?> DoAsync(ITokenService tokens, string operation, string? id, string name)
    {
        switch (operation)
        {
            case "list":
                return await tokens.ListAsync();
            case "get":
                return await tokens.GetAsync(id!, default);
            case "create":
                return await tokens.CreateAsync(FaultySandbox.New(tokens.Capabilities.Service, name), default);
            case "enable" or "disable":
                return await tokens.SetEnabledAsync(id!, operation == "enable", default);
            case "rename":
                return await tokens.RenameAsync(id!, name + " renamed", default);
            case "update":
                return await tokens.UpdateAsync(
                    id!,
                    tokens.Capabilities.UpdateDescription
                        ? new TokenChanges { Description = "after" }
                        : new TokenChanges { ApplyToAll = AccessLevel.Full },
                    default);
            case "remove":
                await tokens.RemoveAsync(id!, default);
                return null;
            default:
                return await tokens.RegenerateAsync(id!, TokenExpiry.ServiceDefault, default);
        }
    }

    // Reads the state of the service after all faults have been cleared.
    private async Task<bool> IsAppliedAsync(TokenConnection connection, string operation, IssuedToken? token, object? response, string name)
    {
        ITokenService tokens = connection.Tokens;
        switch (operation)
        {
            case "list":
                return response is List<ApiToken> list
                    && list.Count == list.DistinctBy(each => each.Id).Count()
                    && list.Select(each => each.Id).Order().SequenceEqual((await tokens.ListAsync()).Select(each => each.Id).Order());
            case "get":
                return response is ApiToken read && (read.Id, read.Name) == (token!.Id, name);
            case "create":
                List<ApiToken> created = await FaultySandbox.ListByNameAsync(connection, name);
                Assert.InRange(created.Count, 0, 1);
                Assert.True(response is null || await sandbox.WorksAsync((IssuedToken)response));
                return created.Count == 1 && (response is null || created[0].Id == ((IssuedToken)response).Id);
            case "enable":
                return await sandbox.WorksAsync(token!);
            case "disable":
                return !await sandbox.WorksAsync(token!);
            case "rename":
                return (await tokens.GetAsync(token!.Id, default)).Name == name + " renamed";
            case "update":
                ApiToken updated = await tokens.GetAsync(token!.Id, default);
                return updated.Description == "after" || updated.Access?["location"] == AccessLevel.Full;
            case "remove":
                bool listed = (await FaultySandbox.ListByNameAsync(connection, name)).Count > 0;
                Assert.Equal(listed, await sandbox.WorksAsync(token!));
                return !listed;
            default:
                bool oldWorks = await sandbox.WorksAsync(token!);
                Assert.True(response is null || (await sandbox.WorksAsync((IssuedToken)response) && !oldWorks));
                return !oldWorks;
        }
    }

    private sealed record Outcome(ApiTokenException? Error, bool Applied);
}
