using ApiTokens.Core.Tests.Operations;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

/// <summary>A service that asks for a longer wait than a run waits.</summary>
public sealed class LongRetryAfterTests : IAsyncLifetime
{
    private const int ThrottleLimit = 4;

    private readonly TestTimeProvider _clock = TestConnections.CreateSkippingClock();
    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(429, ErrorKind.LimitsExceeded)]
    [InlineData(503, ErrorKind.ConnectionError)]
    public async Task Read_WaitTooLong_ReportsTime(int status, ErrorKind kind)
    {
        _server.Respond(status, headers: ("Retry-After", "3600"));
        TokenConnection connection = await TestConnections.ConnectAsync(_server, "Devo", time: _clock);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => connection.Tokens.GetAsync("3", default));

        Assert.Equal(("RetryAfterTooLong", kind), (error.ErrorId, error.Kind));
        Assert.Contains("2026-03-31 13:00:00Z", error.Message);
        Assert.Contains("same journal", error.RecommendedAction);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Read_WaitBeyondCalendar_DoesNotOverflow()
    {
        _server.Respond(
            429, headers: [("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"), ("Date", "Thu, 01 Jan 1970 00:00:00 GMT")]);
        TokenConnection connection = await TestConnections.ConnectAsync(_server, "Devo", time: _clock);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => connection.Tokens.GetAsync("3", default));

        Assert.Equal("RetryAfterTooLong", error.ErrorId);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Run_WaitTooLong_SendsNothingMoreOnConnection(int status)
    {
        const int Operations = 200;
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, status, "", headers: ("Retry-After", "3600"));
        await using ScriptedServer healthy = await ScriptedServer.StartAsync();
        healthy.DefaultHandler = context => ScriptedServer.WriteAsync(context, 204, "");
        TokenConnection one = await TestConnections.ConnectAsync(_server, "Devo", time: _clock);
        TokenConnection two = await TestConnections.ConnectAsync(healthy, "Devo", time: _clock);
        using var runner = new TestRunner(ThrottleLimit);
        var errors = new List<ApiTokenException>();
        void Collect(Report report) => AddError(report, errors);

        for (int i = 1; i <= Operations; i++)
        {
            runner.Add(Remove(one, i), Collect);
        }

        runner.Add(Remove(two, 1), Collect);
        runner.Complete(Collect);

        Assert.InRange(_server.Requests.Count, 1, ThrottleLimit);
        Assert.Single(healthy.Requests);

        // An operation that had started may learn of the wait before it sends its request.
        int tried = errors.Count - 1;
        Assert.InRange(tried, _server.Requests.Count, ThrottleLimit);
        Assert.Equal(
            (1, tried, Operations - tried), (runner.Summary.Done, runner.Summary.Failed, runner.Summary.NotTried));
        Assert.All(errors, error => Assert.Equal("RetryAfterTooLong", error.ErrorId));
        Assert.Contains($". {Operations - tried} operations were not tried.", errors[^1].Message);
        Assert.Contains("2026-03-31 13:00:00Z", errors[^1].Message);
    }

    [Fact]
    public async Task Run_SearchForLostTokenIsToldToWait_SendsNothingMore()
    {
        _server.DefaultHandler = context =>
        {
            if (context.Request.Method == "POST")
            {
                context.Abort();
                return Task.CompletedTask;
            }

            return ScriptedServer.WriteAsync(context, 429, "", headers: ("Retry-After", "3600"));
        };
        TokenConnection connection = await TestConnections.ConnectAsync(_server, "Devo", time: _clock);
        using var runner = new TestRunner(throttleLimit: 1);
        var errors = new List<ApiTokenException>();
        foreach (string name in (string[])["a", "b", "c"])
        {
            runner.Add(
                new IssueOperation(connection, FaultySandbox.New("Devo", name)), report => AddError(report, errors));
        }

        runner.Complete(report => AddError(report, errors));

        Assert.Equal(["POST", "GET"], _server.Requests.Select(request => request.Method));
        Assert.Equal(2, errors.Count);
        Assert.True(errors[0].OutcomeUnknown);
        Assert.Contains("The search for the token also failed.", errors[0].Message);
        Assert.Equal("RetryAfterTooLong", errors[1].ErrorId);
        Assert.Contains(". 2 operations were not tried.", errors[1].Message);
    }

    [Fact]
    public async Task Run_WaitTooLong_LeavesOtherOperationsForNextRun()
    {
        using var file = new JournalFile();
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 429, "", headers: ("Retry-After", "3600"));
        TokenConnection connection = await TestConnections.ConnectAsync(_server, "Devo", time: _clock);
        RunRemovals(connection, file);
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 204, "");
        int before = _server.Requests.Count;

        OperationSummary summary = RunRemovals(connection, file);

        Assert.Equal((20, 0), (summary.Done, summary.Failed));
        Assert.Equal(20, _server.Requests.Skip(before).Count(request => request.Method == "DELETE"));
    }

    private static void AddError(Report report, List<ApiTokenException> errors)
    {
        if (report.Error is not null)
        {
            errors.Add(Assert.IsAssignableFrom<ApiTokenException>(report.Error));
        }
    }

    private static OperationSummary RunRemovals(TokenConnection connection, JournalFile file)
    {
        using var runner = new TestRunner(throttleLimit: 1, file.Open("Remove", connection));
        for (int i = 1; i <= 20; i++)
        {
            runner.Add(Remove(connection, i), _ => { });
        }

        runner.Complete(_ => { });
        return runner.Summary;
    }

    private static RemoveOperation Remove(TokenConnection connection, int id) => new(
        connection, new ApiToken { Id = $"{id}", Name = "x", Service = connection.Service, Account = connection.Account })
    { AllowOwnToken = true };
}
