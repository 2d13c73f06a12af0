using ApiTokens.Operations;

namespace ApiTokens.Core.Tests.Operations;

public sealed class OperationSummaryTests
{
    [Fact]
    public void ToString_Counts_AreWrittenInInvariantCulture()
    {
        var summary = new OperationSummary { Retried = 5, Elapsed = TimeSpan.FromSeconds(1.56) };
        for (int i = 0; i < 1998; i++)
        {
            summary.Add(OperationEnd.Done);
        }

        summary.Add(OperationEnd.Failed);
        summary.Add(OperationEnd.Failed);
        summary.Add(OperationEnd.Skipped);
        summary.Add(OperationEnd.Stopped);

        Assert.Equal("1,998 done, 2 failed, 1 skipped, 5 requests retried, 1.6 s", summary.ToString());
        Assert.Equal(2001, summary.Ended);
    }

    [Fact]
    public void ToString_OperationsNotTried_AreNotAmongTheFailed()
    {
        var summary = new OperationSummary();
        summary.Add(OperationEnd.Failed);
        summary.Add(OperationEnd.NotTried);
        summary.Add(OperationEnd.NotTried);

        Assert.Equal("0 done, 1 failed, 2 not tried, 0 skipped, 0 requests retried, 0.0 s", summary.ToString());
        Assert.Equal(3, summary.Ended);
    }
}
