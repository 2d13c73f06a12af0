using System.Diagnostics;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>
/// A pipeline that ends early starts no further request, whether it ends by Select-Object -First, by -ErrorAction Stop, by a
/// downstream throw, or by Ctrl+C.
/// </summary>
public sealed class StopTests(StopTests.Fixture fixture) : CmdletTest<StopTests.Fixture>(fixture)
{
    private readonly Fixture _fixture = fixture;

    [Theory]
    [ClassData(typeof(EachService))]
    public void Remove_EndedByFirst_SendsNothingMore(string connection)
    {
        IReadOnlyList<PSObject> tokens = _fixture.Take(connection, 60);
        RequestCount before = Sandbox.Count();
        var clock = Stopwatch.StartNew();

        PSObject first = Single("param($Tokens) $Tokens | Remove-ApiToken -PassThru -ThrottleLimit 4 | Select-First 1", tokens);

        AssertSoon(clock);
        AssertFrozen(before, 20);

        // The tokens in the output have been changed.
        Assert.DoesNotContain(first.Text("Id"), IdsOf(connection));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Remove_EndedByThrowDownstream_SendsNothingMore(string connection)
    {
        IReadOnlyList<PSObject> tokens = _fixture.Take(connection, 60);
        RequestCount before = Sandbox.Count();
        var clock = Stopwatch.StartNew();

        RunResult result = Run(
            "param($Tokens) $Tokens | Remove-ApiToken -PassThru -ThrottleLimit 4 | ForEach-Object { throw 'enough' }", tokens);

        AssertSoon(clock);
        AssertFrozen(before, 20);
        Assert.Equal("enough", result.Terminating?.ToString());
        Assert.Single(result.Errors);
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Remove_EndedByErrorActionStop_SendsNothingMore(string connection)
    {
        IReadOnlyList<string> ids = _fixture.Take(connection, 60).Texts("Id");
        RequestCount before = Sandbox.Count();

        RunResult result = Run(
            "param($Ids, $Connection) $Ids | Remove-ApiToken -Connection $Connection -ThrottleLimit 4 -ErrorAction Stop",
            WithUnusedId(connection, ids, 1),
            connection);

        AssertFrozen(before, 20);
        Assert.NotNull(result.Terminating);
        result.ShouldFail("ObjectNotFound");
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Remove_ErrorWithoutErrorActionStop_GoesOn(string connection)
    {
        IReadOnlyList<string> ids = _fixture.Take(connection, 5).Texts("Id");

        RunResult result = Run(
            "param($Ids, $Connection) $Ids | Remove-ApiToken -Connection $Connection", WithUnusedId(connection, ids, 2), connection);

        Assert.Null(result.Terminating);
        result.ShouldFail("ObjectNotFound");
        Assert.Empty(ids.Intersect(IdsOf(connection)));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Remove_StoppedByHost_SendsNothingMore(string connection)
    {
        IReadOnlyList<PSObject> tokens = _fixture.Take(connection, 60);
        RequestCount before = Sandbox.Count();

        RunningScript running = Session.Start("param($Tokens) $Tokens | Remove-ApiToken -ThrottleLimit 2", tokens);
        Eventually.True(() => Sandbox.Count().Writes >= before.Writes + 3, "three tokens were removed");
        RunResult result = running.Stop();

        AssertFrozen(before, 30);
        Assert.True(running.HasEnded);
        Assert.True(result.Stopped);
    }

    [Fact]
    public void New_EndedByFirst_SendsNothingMoreAndWhatCameOutWorks()
    {
        RequestCount before = Sandbox.Count();
        PSObject first = Single(
            """
            1..60 | ForEach-Object { [pscustomobject]@{ Name = "many-$_"; Role = 'Users'; ExpiresIn = '30d' } } |
                New-ApiToken -Connection gcore -ThrottleLimit 4 | Select-First 1
            """);
        AssertFrozen(before, 20);
        Assert.True(Sandbox.Accepts(first));
    }

    [Fact]
    public void Get_EndedByFirst_ReadsNoFurtherPage()
    {
        using var session = new ModuleSession();
        Sandbox sandbox = Sandbox.Start(session, "-Tokens 9000 -SkipConnect");
        try
        {
            session.ConnectTo(sandbox, "wegnology", "-Name pages");
            int before = sandbox.Count().Reads;
            Assert.Equal(3, session.Output("Get-ApiToken -Connection pages | Select-First 3").Count);

            // The next page may have been prefetched. There are ten pages.
            Thread.Sleep(200);
            int after = sandbox.Count().Reads;
            Assert.InRange(after - before, 1, 4);
            Thread.Sleep(300);
            Assert.Equal(after, sandbox.Count().Reads);
        }
        finally
        {
            session.Run("param($Sandbox) $Sandbox | Stop-ApiTokenSandbox", sandbox.Started).ShouldSucceed();
        }
    }

    [Fact]
    public void Get_EndedByThrowDownstream_SendsNothingMore()
    {
        RunResult result = Run("Get-ApiToken -Connection * | ForEach-Object { throw 'enough' }");
        Assert.Equal("enough", result.Terminating?.ToString());
        Assert.Single(result.Errors);

        // The next page may have been prefetched.
        Thread.Sleep(200);
        AssertFrozen(Sandbox.Count(), 0);
    }

    [Fact]
    public void SeveralCmdlets_EndedByFirst_StopAsAWhole()
    {
        IReadOnlyList<PSObject> tokens = _fixture.Take("devo", 40);
        RequestCount before = Sandbox.Count();
        Assert.Equal(
            2,
            Output(
                "param($Tokens) $Tokens | Disable-ApiToken -PassThru -ThrottleLimit 2 | Remove-ApiToken -PassThru -ThrottleLimit 2 "
                    + "| Select-First 2",
                tokens).Count);
        AssertFrozen(before, 40);
    }

    private static IReadOnlyList<string> WithUnusedId(string connection, IReadOnlyList<string> ids, int index) =>
        [.. ids.Take(index), ServiceCase.Of(connection).UnusedId, .. ids.Skip(index)];

    private static void AssertSoon(Stopwatch clock) =>
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(4), $"The pipeline ended after {clock.Elapsed}.");

    private IReadOnlyList<string> IdsOf(string connection) =>
        Output("param($Connection) Get-ApiToken -Connection $Connection", connection).Texts("Id");

    /// <summary>Slow enough that a pipeline of many tokens does not finish before it is stopped.</summary>
    public sealed class Fixture : SandboxFixture
    {
        private readonly Dictionary<string, TokenSupply> _supplies = [];

        public Fixture()
            : base("-Tokens 400 -Latency 20")
        {
        }

        /// <summary>Takes tokens of a connection that no other test has taken.</summary>
        public IReadOnlyList<PSObject> Take(string connection, int count)
        {
            if (!_supplies.TryGetValue(connection, out TokenSupply? supply))
            {
                supply = new TokenSupply(Session
                    .Output("param($Connection) Get-ApiToken -Connection $Connection -Name 'token-*'", connection)
                    .Where(token => token.Text("Status") is "Active" or "Inactive"));
                _supplies.Add(connection, supply);
            }

            return supply.Take(count);
        }
    }
}
