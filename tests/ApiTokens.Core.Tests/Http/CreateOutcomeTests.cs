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
                cases.Add(service, 303, null);
                cases.Add(service, 307, null);
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

        Assert.Contains("It was not created", error.Message);
        Assert.Empty(await FaultySandbox.ListByNameAsync(connection, name));
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
