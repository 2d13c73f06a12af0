using ApiTokens.Core.Tests.Support;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>When the run ends for a connection, and what is said about the operations that are not tried.</summary>
public sealed class ConnectionGateTests : IAsyncLifetime
{
    private static readonly ApiTokenException Down = new(ErrorKind.ConnectionError, "down", "Wait.");

    private TokenConnection _connection = null!;
    private ConnectionGate _gate = null!;

    public async Task InitializeAsync()
    {
        _connection = await TestConnections.ConnectAsync(new Uri("https://one.example"), "Devo");
        _gate = new ConnectionGate(_connection, throttleLimit: 1);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Record_OperationEndsBetweenFailures_OnlyOneThatIsDoneShowsThatTheServiceWorks(bool isSkipped)
    {
        OperationEnd end = isSkipped ? OperationEnd.Skipped : OperationEnd.Done;
        Fail(times: 4);
        Assert.Equal(end, _gate.Record(end));
        Fail(times: 1);

        Assert.Equal(isSkipped, _gate.HasEnded(Operation(), out _));
    }

    [Theory]
    [InlineData(404, false)]
    [InlineData(null, true)]
    public void Record_OtherErrorBetweenFailures_OnlyAResponseShowsThatTheServiceWorks(int? status, bool hasEnded)
    {
        Fail(times: 4);
        _gate.Record(new ApiTokenException(ErrorKind.InvalidArgument, "wrong") { StatusCode = (System.Net.HttpStatusCode?)status });
        Fail(times: 1);

        Assert.Equal(hasEnded, _gate.HasEnded(Operation(), out _));
    }

    [Fact]
    public void Record_LostTokensAreFound_DoesNotEnd()
    {
        for (int i = 0; i < 10; i++)
        {
            _gate.Record(new OrphanedTokenException(new ApiToken { Id = "1" }, "lost", Down));
        }

        Assert.False(_gate.HasEnded(Operation(), out Exception? error));
        Assert.Null(error);
    }

    [Fact]
    public void Record_CredentialIsRejected_IsTheErrorOfEachOtherOperation()
    {
        var rejected = new ApiTokenException(ErrorKind.AuthenticationError, "rejected", "Connect again.");
        _gate.Record(rejected);

        Assert.True(_gate.HasEnded(Operation(), out Exception? error));
        Assert.Same(rejected, error);
        Assert.Null(_gate.TakeNotTried());
    }

    [Theory]
    [InlineData(1, "1 operation was not tried.")]
    [InlineData(2, "2 operations were not tried.")]
    [InlineData(1234, "1,234 operations were not tried.")]
    public void TakeNotTried_ServiceIsDown_ReportsTheFirstOperationAndTheNumberOnce(int operations, string count)
    {
        Fail(times: 5);
        TestOperation[] all = [.. Enumerable.Range(0, operations).Select(_ => Operation())];
        foreach (TestOperation operation in all)
        {
            Assert.True(_gate.HasEnded(operation, out Exception? none));
            Assert.Null(none);
        }

        NotTried notTried = Assert.IsType<NotTried>(_gate.TakeNotTried());

        Assert.Same(all[0], notTried.Operation);
        Assert.Equal(
            "The run ended for the connection 'devo', because 5 operations in a row failed: Devo cannot be reached or fails. "
                + count,
            notTried.Error.Message);
        Assert.Equal(ErrorIds.ServiceUnavailable, notTried.Error.ErrorId);
        Assert.Contains("a run continues with the operations that are not done", notTried.Error.RecommendedAction);
        Assert.Same(Down, notTried.Error.InnerException);
        Assert.Null(_gate.TakeNotTried());
    }

    [Fact]
    public void RecordBlocking_SecondError_KeepsTheFirst()
    {
        _gate.RecordBlocking(null);
        Assert.False(_gate.HasEnded(Operation(), out _));
        _gate.RecordBlocking(new ApiTokenException(
            ErrorKind.AuthenticationError, "407", "Specify the credential of the proxy.", ErrorIds.ProxyAuthenticationRequired));
        _gate.RecordBlocking(new ApiTokenException(ErrorKind.LimitsExceeded, "later") { RetryAt = DateTimeOffset.UnixEpoch });

        Assert.True(_gate.HasEnded(Operation(), out _));
        ApiTokenException error = _gate.TakeNotTried()!.Error;

        Assert.Equal(ErrorIds.ProxyAuthenticationRequired, error.ErrorId);
        Assert.Contains("because the proxy requires a valid credential. 1 operation", error.Message);
        Assert.Equal("Specify the credential of the proxy.", error.RecommendedAction);
    }

    private TestOperation Operation() => new(_connection, "1", "x", "target", _ => Task.CompletedTask);

    private void Fail(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _gate.Record(Down);
        }
    }
}
