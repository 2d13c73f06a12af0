using ApiTokens.Core.Tests.Operations;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Http;

/// <summary>A run on a service that is down ends after some operations, instead of retrying each of them.</summary>
public sealed class ServiceDownTests : IAsyncLifetime
{
    private const int Removals = 60;
    private const int MaxFailures = 5;
    private const int AttemptsPerOperation = 6;

    private readonly TestTimeProvider _clock = TestConnections.CreateSkippingClock();
    private ScriptedServer _server = null!;
    private TokenConnection _connection = null!;

    public async Task InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _connection = await TestConnections.ConnectAsync(_server, "Devo", time: _clock);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Run_ServiceFails_EndsAfterFiveOperations(int throttleLimit)
    {
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 503, "");

        (OperationSummary summary, List<ApiTokenException> errors) = await RunAsync(_connection, throttleLimit);

        int tried = errors.Count - 1;
        Assert.InRange(tried, MaxFailures, MaxFailures + throttleLimit - 1);
        Assert.Equal(tried * AttemptsPerOperation, _server.Requests.Count);
        Assert.Equal((0, tried, Removals - tried), (summary.Done, summary.Failed, summary.NotTried));
        Assert.All(errors.SkipLast(1), error => Assert.Equal("ConnectionError", error.ErrorId));
        Assert.Equal(("ServiceUnavailable", ErrorKind.ConnectionError), (errors[^1].ErrorId, errors[^1].Kind));
        Assert.Contains($". {Removals - tried} operations were not tried.", errors[^1].Message);
        Assert.Contains("same journal", errors[^1].RecommendedAction);
    }

    [Fact]
    public async Task Run_NothingListens_EndsAfterFiveOperations()
    {
        var address = new Uri($"http://127.0.0.1:{ScriptedServer.UnusedPort()}");
        TokenConnection connection = await TestConnections.ConnectAsync(address, "Devo", _clock);

        (_, List<ApiTokenException> errors) = await RunAsync(connection, throttleLimit: 1);

        Assert.Equal(MaxFailures + 1, errors.Count);
        Assert.Equal("ServiceUnavailable", errors[^1].ErrorId);
    }

    [Fact]
    public async Task Run_ServiceDownThenUp_NextRunDoesTheRest()
    {
        using var file = new JournalFile();
        _server.DefaultHandler = context => ScriptedServer.WriteAsync(context, 503, "");
        await RunAsync(_connection, throttleLimit: 1, file);
        Assert.Equal(2 * MaxFailures, file.Events.Length);
        _server.DefaultHandler = context =>
        {
            bool isList = context.Request.Path.Value!.EndsWith("/tokens", StringComparison.Ordinal);
            int status = isList ? 200 : context.Request.Method == "GET" ? 404 : 204;
            return ScriptedServer.WriteAsync(context, status, isList ? "[]" : string.Empty);
        };

        (OperationSummary summary, List<ApiTokenException> errors) = await RunAsync(_connection, throttleLimit: 1, file);

        Assert.Empty(errors);

        // The outcome of the first operations was unknown. The next run finds that they are done.
        Assert.Equal((Removals - MaxFailures, MaxFailures), (summary.Done, summary.Skipped));
    }

    [Theory]
    [InlineData(204)]
    [InlineData(404)]
    public async Task Run_ServiceAnswersInBetween_Continues(int status)
    {
        _server.DefaultHandler = context =>
        {
            int id = int.Parse(context.Request.Path.Value!.Split('/')[^1], null);

            // Operations that are pending together do not run in the order of the input.
            return ScriptedServer.WriteAsync(context, id % 2 == 0 ? status : 500, "");
        };

        (OperationSummary summary, List<ApiTokenException> errors) = await RunAsync(_connection, throttleLimit: 1);

        Assert.Equal(Removals, summary.Done + errors.Count);
        Assert.DoesNotContain(errors, error => error.ErrorId == "ServiceUnavailable");
    }

    private static async Task<(OperationSummary Summary, List<ApiTokenException> Errors)> RunAsync(
        TokenConnection connection, int throttleLimit, JournalFile? file = null)
    {
        Operation[] operations =
        [
            .. Enumerable.Range(1, Removals).Select(id => new RemoveOperation(
                connection,
                new ApiToken { Id = $"{id}", Name = "x", Service = connection.Service, Account = connection.Account })
            { AllowOwnToken = true }),
        ];
        RunResult result = await RunResult.RunAsync(file?.Open("Remove", connection), throttleLimit, operations);
        return (result.Summary, [.. result.Errors.Cast<ApiTokenException>()]);
    }
}
