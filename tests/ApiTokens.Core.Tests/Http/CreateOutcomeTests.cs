using ApiTokens.Core.Tests.Support;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

/// <summary>A create is repeated only if the service provably did not process it.</summary>
public sealed class CreateOutcomeTests(FaultySandbox sandbox) : IClassFixture<FaultySandbox>
{
    public static TheoryData<string, int, string?> AmbiguousStatuses
    {
        get
        {
            var cases = new TheoryData<string, int, string?>();
            foreach (string service in FaultySandbox.ServiceNames)
            {
                cases.Add(service, 503, null);
                cases.Add(service, 503, "1");
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(AmbiguousStatuses))]
    public async Task Create_AmbiguousStatusAfterSuccess_ReportsTheOnlyToken(string service, int status, string? retryAfter)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        sandbox.Plan(service, Failure(status, retryAfter) with { When = FaultTiming.After });

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(
            () => TestOperations.IssueAsync(connection, FaultySandbox.New(service, name)));

        Assert.True(error.OutcomeUnknown);
        Assert.Equal(error.Token.Id, Assert.Single(await FaultySandbox.ListByNameAsync(connection, name)).Id);
    }

    [Theory]
    [MemberData(nameof(AmbiguousStatuses))]
    public async Task Create_AmbiguousStatusWithoutEffect_IsNotRepeated(string service, int status, string? retryAfter)
    {
        TokenConnection connection = await sandbox.ConnectAsync(service);
        string name = FaultySandbox.NewName();
        sandbox.Plan(service, Failure(status, retryAfter));

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => TestOperations.IssueAsync(connection, FaultySandbox.New(service, name)));

        Assert.Contains("the service may still create it", error.Message);
        Assert.Empty(await FaultySandbox.ListByNameAsync(connection, name));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(303)]
    [InlineData(307)]
    public async Task Create_Redirected_SearchesForToken(int status)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        TestTimeProvider clock = TestConnections.CreateSkippingClock();
        string created = $"{clock.GetUtcNow():yyyy-MM-ddTHH:mm:ss}.000Z";
        string token = $$"""{"id":"575ec7417ae143cd83dc4a95","name":"x","creationDate":"{{created}}"}""";
        server.Respond(status, headers: ("Location", "/other"));
        server.DefaultHandler = context =>
            ScriptedServer.WriteAsync(context, 200, $$"""{"totalCount":1,"perPage":1000,"items":[{{token}}]}""");
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Wegnology", time: clock);

        var error = await Assert.ThrowsAsync<OrphanedTokenException>(
            () => TestOperations.IssueAsync(connection, new NewTokenRequest { Name = "x", Scope = ["All"] }));

        Assert.Equal(("575ec7417ae143cd83dc4a95", true), (error.Token.Id, error.OutcomeUnknown));
        Assert.Single(server.Requests, request => request.Method == "POST");
    }

    [Theory]
    [InlineData(303)]
    [InlineData(503)]
    public async Task Regenerate_AmbiguousStatus_ReportsUnknownOutcome(int status)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.Respond(status, headers: ("Retry-After", "1"));
        ITokenService tokens = (await TestConnections.ConnectAsync(server, "ApplicationUsers")).Tokens;

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => tokens.RegenerateAsync("at_0123456789abcdefghij", TokenExpiry.AfterMonths(3), default));

        Assert.True(error.OutcomeUnknown);
        Assert.Contains("may have succeeded", error.Message);
        Assert.Single(server.Requests);
    }

    private static Fault Failure(int status, string? retryAfter) =>
        new() { Kind = FaultKind.Status, Status = status, Method = "POST", RetryAfter = retryAfter };
}
