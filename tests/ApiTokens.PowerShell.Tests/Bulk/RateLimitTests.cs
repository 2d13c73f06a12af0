using System.Diagnostics;
using System.Globalization;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Bulk;

/// <summary>A service that responds with 429: the whole connection waits as requested, and nothing fails.</summary>
public sealed class RateLimitTests(RateLimitTests.Fixture fixture) : CmdletTest<RateLimitTests.Fixture>(fixture)
{
    private readonly Fixture _fixture = fixture;

    [Theory]
    [InlineData("Remove-ApiToken", false, 0)]
    [InlineData("Disable-ApiToken", true, 20)]
    public void RetryAfter_InSecondsOrAsDate_IsWaitedForAndEverythingIsDone(string command, bool asDate, int left)
    {
        IReadOnlyList<PSObject> tokens = _fixture.TakeActive(20);
        string retryAfter = asDate ? DateTimeOffset.UtcNow.AddSeconds(3).ToString("R", CultureInfo.InvariantCulture) : "1";
        Sandbox.AddFault(new { kind = "status", status = 429, retryAfter, service = "wegnology", count = 3 });
        var clock = Stopwatch.StartNew();

        RunResult result = Run($"param($Tokens) $Tokens | {command}", tokens).ShouldSucceed();

        Assert.True(clock.Elapsed > TimeSpan.FromSeconds(0.9), $"It took only {clock.Elapsed}.");
        Assert.Equal(3, Sandbox.Fired());
        PSObject summary = result.Summary!;
        Assert.Equal((20, 0, 3), ((int)summary.Get("Done")!, (int)summary.Get("Failed")!, (int)summary.Get("Retried")!));
        IReadOnlyList<PSObject> now = Now(tokens);
        Assert.DoesNotContain("Active", now.Texts("Status"));
        Assert.Equal(left, now.Count);
    }

    [Fact]
    public void RetryAfter_OfCreate_IsRepeatedBecauseItWasNotDone()
    {
        Sandbox.AddFault(new { kind = "status", status = 429, retryAfter = "1", service = "wegnology", method = "POST", count = 2 });
        string name = NewName();
        PSObject issued = NewToken("wegnology", name);
        Assert.True(Sandbox.Accepts(issued));
        Assert.Equal([issued.Text("Id")], Output("param($Name) Get-ApiToken -Connection wegnology -Name $Name", name).Texts("Id"));
    }

    [Fact]
    public void RetryAfter_OfOneRequest_PausesTheWholeConnection()
    {
        IReadOnlyList<PSObject> tokens = _fixture.TakeActive(30);
        RequestCount before = Sandbox.Count();
        Sandbox.AddFault(new { kind = "status", status = 429, retryAfter = "4", service = "wegnology", method = "DELETE" });
        RunningScript running = Session.Start("param($Tokens) $Tokens | Remove-ApiToken -ThrottleLimit 4", tokens);
        Eventually.True(() => Sandbox.Fired() > 0 || running.HasEnded, "the service has answered 429");

        // Requests in flight may still complete.
        Thread.Sleep(700);
        RequestCount paused = Sandbox.Count();
        Thread.Sleep(900);
        Assert.Equal(paused.Total, Sandbox.Count().Total);
        Assert.InRange(paused.Writes - before.Writes, 1, 29);
        running.Wait().ShouldSucceed();
        Assert.Empty(Now(tokens));
    }

    [Fact]
    public void RequestsPerSecond_ServiceHasNoLimit_IsNotExceeded()
    {
        IReadOnlyList<PSObject> tokens = _fixture.TakeActive(20);
        var clock = Stopwatch.StartNew();
        Run("param($Tokens) $Tokens | Remove-ApiToken -RequestsPerSecond 10", tokens).ShouldSucceed();
        Assert.True(clock.Elapsed >= TimeSpan.FromSeconds(1.5), $"It took only {clock.Elapsed}.");
    }

    /// <summary>Removes the faults and reconnects, because the new connection has not been throttled.</summary>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            Session.ConnectTo(Sandbox, "wegnology", "-SkipCheck");
        }
    }

    private IReadOnlyList<PSObject> Now(IReadOnlyList<PSObject> tokens)
    {
        HashSet<string> ids = [.. tokens.Texts("Id")];
        return [.. Output("Get-ApiToken -Connection wegnology").Where(token => ids.Contains(token.Text("Id")))];
    }

    public sealed class Fixture() : ManyTokensFixture("-Tokens 400");
}

/// <summary>A service that allows 100 requests a second.</summary>
/// <remarks>
/// These assertions do not depend on the load of the machine. RateTests in ApiTokens.Core.Tests asserts with a fake clock that a client
/// at the allowed rate is never throttled.
/// </remarks>
public sealed class LimitedRateTests(LimitedRateTests.Fixture fixture) : CmdletTest<LimitedRateTests.Fixture>(fixture)
{
    [Fact]
    public void RequestsPerSecond_AsTheServiceAllows_IsKeptAndEverythingIsDone()
    {
        IReadOnlyList<PSObject> tokens = Output("Get-ApiToken -Connection wegnology -Name 'token-*'");
        RequestCount before = Sandbox.Count();
        var clock = Stopwatch.StartNew();
        RunResult result = Run("param($Tokens) $Tokens | Remove-ApiToken -RequestsPerSecond 100", tokens).ShouldSucceed();
        Assert.True(clock.Elapsed >= TimeSpan.FromSeconds(3), $"It took only {clock.Elapsed}.");
        Assert.Equal(320, result.Summary!.Get("Done"));
        Assert.True(Sandbox.Since(before).Count >= 320);
    }

    [Fact]
    public void RequestsPerSecond_NotGiven_DoesEverything()
    {
        RunResult result = Run(
            "param($Tokens) $Tokens | Remove-ApiToken",
            Output("Get-ApiToken -Connection gcore -Name 'token-*' | Select-First 60")).ShouldSucceed();
        Assert.Equal(60, result.Summary!.Get("Done"));
    }

    public sealed class Fixture() : ManyTokensFixture("-Tokens 320 -Rate 100");
}
