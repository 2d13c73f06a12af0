using ApiTokens.Core.Tests.Support;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

public sealed class RetirementScheduleTests : IAsyncLifetime, IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 31, 12, 0, 0, TimeSpan.Zero);

    private readonly JournalFile _file = new();
    private TokenConnection _connection = null!;

    public async Task InitializeAsync() => _connection = await TestConnections.ConnectAsync(new Uri("https://one.example"), "Devo");

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _file.Dispose();

    [Fact]
    public void DueAt_SeveralTokens_ReturnsThoseThatAreDueEarliestFirst()
    {
        using (JournalWriter journal = Open())
        {
            journal.Due(Reset("1"), "11", Now.AddHours(-1), OldTokenAction.Remove);
            journal.Due(Reset("2"), "12", Now.AddHours(-2), OldTokenAction.Disable);
            journal.Due(Reset("3"), "13", Now, OldTokenAction.Remove);
            journal.Due(Reset("4"), "14", Now.AddSeconds(1), OldTokenAction.Remove);
        }

        using JournalWriter next = Open();
        IReadOnlyList<DueToken> due = next.Retirements.DueAt(Now);

        Assert.Equal(["2", "1", "3"], due.Select(each => each.Id));
        Assert.Equal((OldTokenAction.Disable, "12", "devo"), (due[0].Predecessor, due[0].SuccessorId, due[0].Connection));
    }

    [Theory]
    [InlineData("issued", "2")]
    [InlineData("delivered", "3")]
    [InlineData("verified", "3")]
    [InlineData("refused", "2")]
    [InlineData("done", "3")]
    public void SuccessorOf_SuccessorWasResetToo_ReturnsTheTokenInUse(string stage, string inUse)
    {
        using (JournalWriter journal = Open())
        {
            journal.Due(Reset("1"), "2", Now, OldTokenAction.Remove);
            Operation second = Reset("2");
            journal.Start(second);
            journal.Issued(second, "3");
            switch (stage)
            {
                case "delivered":
                    journal.Delivered(second, "3");
                    break;
                case "verified":
                    journal.Verified(second, "3");
                    break;
                case "refused":
                    journal.Refused(new JournalSubject(second.KeyIn(journal), "ci", "devo"), "3");
                    break;
                case "done":
                    journal.End(second, "done", errorId: null, correlationId: null);
                    break;
            }
        }

        using JournalWriter next = Open();

        Assert.Equal(inUse, next.Retirements.SuccessorOf(Assert.Single(next.Retirements.DueAt(Now))));
    }

    private Operation Reset(string id) => TestOperations.Reset(_connection, new ApiToken { Id = id, Name = "ci" });

    private JournalWriter Open() => _file.Open(JournalOperations.Reset, _connection);
}
