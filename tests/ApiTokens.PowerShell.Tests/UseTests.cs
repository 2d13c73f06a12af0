using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Use-ApiToken: a token for one job, which is removed whatever happens.</summary>
public sealed class UseTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private const string Gcore = "Use-ApiToken -Connection gcore -Role Users";
    private const string Record = "$Seen.Add([pscustomobject]@{ Item = $_; Secret = $args[0] })";

    [Theory]
    [InlineData("devo")]
    [InlineData("wegnology")]
    [InlineData("gcore")]
    [InlineData("application-users")]
    public void Use_Job_GetsAWorkingSecretAndTheTokenIsRemoved(string connection)
    {
        var more = (System.Collections.Hashtable)ServiceCase.Of(connection).Issue.Clone();
        more.Remove("ExpiresIn");
        more.Remove("NeverExpires");
        more.Remove("ExpirationMonths");
        PSObject used = Single(
            """
            param($Connection, $More)
            Use-ApiToken -Connection $Connection -Name job @More {
                param($secret)
                $found = Get-ApiToken -Connection $Connection -Id $_.Id
                [pscustomobject]@{ Token = $_; Secret = $secret; Status = $found.Status }
            }
            """,
            connection,
            more);
        var token = PSObject.AsPSObject(used.Get("Token")!);
        Assert.Equal("Active", used.Text("Status"));
        Assert.Matches("^job-[0-9a-f]{8}$", token.Text("Name"));
        Assert.Null(token.Properties["Secret"]);
        Assert.True(used.Secret().Length > 20);
        Assert.False(Sandbox.Accepts(token, used.Secret()));
    }

    [Fact]
    public void Use_Secret_WorksWithinTheJobAndTheTokenExpiresSoonAfterTheLimit()
    {
        var seen = new List<object>();
        RunningScript running = Session.Start(
            $"param($Seen) {Gcore} -ExpiresIn 2h {{ {Record}; while ($Seen.Count -lt 2) {{ [Threading.Thread]::Sleep(10) }} }}", seen);
        Eventually.True(() => seen.Count > 0 || running.HasEnded, "the job has started");
        var call = PSObject.AsPSObject(seen[0]);
        var token = PSObject.AsPSObject(call.Get("Item")!);
        Assert.True(Sandbox.Accepts(token, call.Secret()));
        Assert.InRange(
            (DateTimeOffset)token.Get("ExpiresAt")!, DateTimeOffset.UtcNow.AddMinutes(120), DateTimeOffset.UtcNow.AddMinutes(126));
        seen.Add(new object());
        running.Wait().ShouldSucceed();
        Assert.False(Sandbox.Accepts(token, call.Secret()));
    }

    [Fact]
    public void Use_Output_IsStreamed()
    {
        var seen = new List<object>();
        Run($"param($Seen) {Gcore} {{ 1; $Seen.Add('after 1'); 2 }} | ForEach-Object {{ $Seen.Add(\"got $_\") }}", seen).ShouldSucceed();
        Assert.Equal(["got 1", "after 1", "got 2"], seen.Select(item => item.ToString()));
    }

    [Theory]
    [InlineData("throw 'no space left'", "no space left")]
    [InlineData("[int] 'x'", "Cannot convert")]
    [InlineData("Get-ApiToken -Connection nowhere -ErrorAction Stop", "nowhere")]
    public void Use_JobFails_RemovesTheTokenBeforeTheErrorIsThrown(string job, string message)
    {
        var seen = new List<object>();
        PSObject state = Single(
            $$"""
            param($Seen)
            try { {{Gcore}} { {{Record}}; {{job}} } }
            catch { [pscustomobject]@{ Error = "$_"; Left = @(Get-ApiToken -Connection gcore -Name "$($Seen[0].Item.Name)*").Count } }
            """,
            seen);
        Assert.Contains(message, state.Text("Error"));
        Assert.Equal(0, state.Get("Left"));
        AssertGone(seen);
    }

    [Fact]
    public void Use_JobWritesAnError_GoesOnAndWritesIt()
    {
        var seen = new List<object>();
        RunResult result = Run($"param($Seen) {Gcore} {{ {Record}; Get-ApiToken -Connection gcore -Id 999999; 'done' }}", seen);
        result.ShouldFail("ObjectNotFound");
        Assert.Equal("done", result.Single.ToString());
        AssertGone(seen);
    }

    [Theory]
    [InlineData("{ RECORD; 1; 2 } | Select-First 1")]
    [InlineData("{ RECORD; 1; 2 } | ForEach-Object { throw 'downstream' }")]
    [InlineData("{ RECORD; Get-ApiToken -Connection gcore -Id 999999 } -ErrorAction Stop")]
    [InlineData("{ RECORD; break }")]
    [InlineData("{ RECORD; exit 3 }")]
    public void Use_PipelineEndsEarly_RemovesTheToken(string rest)
    {
        var seen = new List<object>();
        using ModuleSession other = OpenSession();
        RunResult result = other.Run($"param($Seen) foreach ($i in 1) {{ {Gcore} {rest.Replace("RECORD", Record)} }}", seen);
        if (rest.Contains("downstream"))
        {
            Assert.Equal("downstream", result.Terminating?.ToString());
        }

        AssertGone(seen);
        Assert.DoesNotContain("was not removed", other.Host.Text);
    }

    [Fact]
    public void Use_Stopped_RemovesTheTokenAndSendsNothingElse()
    {
        var seen = new List<object>();
        using ModuleSession other = OpenSession();
        RunningScript running = other.Start(
            $"param($Seen) {Gcore} {{ {Record}; while ($true) {{ [Threading.Thread]::Sleep(10) }} }}", seen);
        Eventually.True(() => seen.Count > 0 || running.HasEnded, "the job has started");
        RequestCount before = Sandbox.Count();
        Assert.True(running.Stop().Stopped);
        Assert.Equal(["DELETE"], Sandbox.Since(before).Select(request => request.Method));
        AssertGone(seen);
        AssertFrozen(Sandbox.Count(), 0);
        Assert.Empty(other.Host.Text);
    }

    [Theory]
    [InlineData("{ RECORD; 'done' }")]
    [InlineData("{ RECORD; 1; 2 } | Select-First 1")]
    public void Use_RemovalFails_NamesTheTokenOnTheHostAndInTheError(string rest)
    {
        string journal = NewPath(".jsonl");
        var seen = new List<object>();
        using ModuleSession other = OpenSession();
        Sandbox.AddFault(new { kind = "status", service = "gcore", method = "DELETE", status = 403 });
        RunResult result = other.Run(
            $"param($Seen, $Journal) {Gcore} -JournalPath $Journal {rest.Replace("RECORD", Record)}", seen, journal);
        Sandbox.ClearFaults();
        var token = PSObject.AsPSObject(PSObject.AsPSObject(Assert.Single(seen)).Get("Item")!);
        Assert.Contains($"Remove-ApiToken -Id {token.Text("Id")}", other.Host.Text);
        if (!rest.Contains("Select"))
        {
            ErrorRecord error = result.ShouldFail("TokenNotRemoved");
            Assert.Contains(token.Text("Id"), error.ToString());
        }

        // A later run with the journal cleans up, also if it is for another job.
        Run("param($Journal) Use-ApiToken -Connection gcore -Role Administrators -JournalPath $Journal { }", journal).ShouldSucceed();
        AssertGone(seen);
    }

    [Fact]
    public void Use_EarlierRunWasKilledBeforeTheIdWasRecorded_RemovesTheTokenByItsName()
    {
        string journal = NewPath(".jsonl");
        Run("param($Journal) Use-ApiToken -Connection gcore -Role Users -JournalPath $Journal { }", journal).ShouldSucceed();
        string name = JournalFile.Read(journal).With("event", "issuing")[0].Text("name")!;
        File.WriteAllLines(journal, File.ReadAllLines(journal).TakeWhile(line => !line.Contains("\"issued\"")));
        PSObject left = NewToken("gcore", name);
        Run("param($Journal) Use-ApiToken -Connection gcore -Role Users -JournalPath $Journal { }", journal).ShouldSucceed();
        Assert.False(Sandbox.Accepts(left));
    }

    [Fact]
    public void Use_Journal_HasEachStepAndRunsTheJobEachTime()
    {
        string journal = NewPath(".jsonl");
        var seen = new List<object>();
        for (int i = 0; i < 2; i++)
        {
            Run($"param($Seen, $Journal) {Gcore} -JournalPath $Journal -Reason nightly {{ {Record} }}", seen, journal).ShouldSucceed();
        }

        Assert.Equal(2, seen.Count);
        Assert.Equal(
            ["start", "issuing", "issued", "end", "run", "start", "issuing", "issued", "end"],
            JournalFile.Read(journal).Skip(1).ToList().Texts("event"));
        Assert.Equal(["done", "done"], JournalFile.Read(journal).With("event", "end").Texts("outcome"));
    }

    [Fact]
    public void Use_WithWhatIf_DoesNothing()
    {
        var seen = new List<object>();
        int writes = Sandbox.Count().Writes;
        Run($"param($Seen) {Gcore} -WhatIf {{ {Record} }}", seen).ShouldSucceed();
        Assert.Empty(seen);
        Assert.Equal(writes, Sandbox.Count().Writes);
    }

    [Theory]
    [InlineData("InvalidExpiresIn", "Use-ApiToken -Connection gcore -Role Users -ExpiresIn 0h { }")]
    [InlineData("InvalidRole", "Use-ApiToken -Connection gcore { }")]
    [InlineData("InvalidScope", "Use-ApiToken -Connection wegnology { }")]
    public void Use_InvalidParameters_IsRefused(string errorId, string command) => AssertRefused(errorId, command);

    [Fact]
    public void Use_ServiceRefusesTheToken_DoesNotRunTheJob()
    {
        var seen = new List<object>();
        Sandbox.AddFault(new { kind = "status", service = "gcore", method = "POST", status = 403 });
        Run($"param($Seen) {Gcore} {{ {Record} }}", seen).ShouldFail("PermissionDenied");
        Assert.Empty(seen);
    }

    private void AssertGone(List<object> seen)
    {
        var call = PSObject.AsPSObject(Assert.Single(seen));
        Assert.False(Sandbox.Accepts(PSObject.AsPSObject(call.Get("Item")!), call.Secret()));
    }
}
