using System.Security;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>-Deploy, which passes secrets to a script block, and -Verify, which asks before an old token is retired.</summary>
public sealed class DeployTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    // Records what -Deploy and -Verify get.
    private const string Calls = "param($Token, $Calls, $Path) ";
    private const string Record = "$Calls.Add([pscustomobject]@{ Id = $_.Id; Name = $_.Name; Secret = $args[0]; Item = $_ })";

    [Theory]
    [InlineData("devo")]
    [InlineData("wegnology")]
    [InlineData("gcore")]
    [InlineData("application-users")]
    public void Reset_WithDeploy_PassesTheNewSecretAndRetiresTheOldToken(string connection)
    {
        PSObject old = NewToken(connection);
        var calls = new List<object>();
        PSObject result = Single($"{Calls} $Token | Reset-ApiToken -Deploy {{ {Record} }}", old, calls);
        PSObject call = PSObject.AsPSObject(Assert.Single(calls));
        Assert.Equal((result.Text("Id"), result.Text("Name")), (call.Text("Id"), call.Text("Name")));
        Assert.NotEqual(old.Text("Id"), result.Text("Id"));
        Assert.True(Sandbox.Accepts(result, call.Secret()));
        Assert.False(Sandbox.Accepts(old));

        // The secret is only in the argument.
        Assert.Null(result.Properties["Secret"]);
        Assert.Null(PSObject.AsPSObject(call.Get("Item")!).Properties["Secret"]);
    }

    [Fact]
    public void New_WithDeployAndPath_DeliversToBoth()
    {
        var calls = new List<object>();
        string path = NewPath(".secret");
        Single(
            "param($Name, $Calls, $Path) New-ApiToken -Connection gcore -Name $Name -Role Users -ExpiresIn 30d -Path $Path "
                + $"-Deploy {{ {Record} }}",
            NewName(),
            calls,
            path);
        Assert.Equal(File.ReadAllText(path), PSObject.AsPSObject(Assert.Single(calls)).Secret());
    }

    [Theory]
    [InlineData("throw \"no cluster: $([Net.NetworkCredential]::new('', $args[0]).Password)\"")]
    [InlineData("[int] 'x'")]
    [InlineData("NoSuch-Command")]
    [InlineData("break")]
    [InlineData("continue")]
    [InlineData("exit 3")]
    [InlineData("Get-ApiToken NoSuchToken -Connection nowhere")]
    public void New_DeployFails_ReturnsTheTokenWithItsSecretAndAnError(string script)
    {
        var calls = new List<object>();
        RunResult result = Run(
            $$"""
            param($Calls, $Names)
            foreach ($name in $Names) {
                New-ApiToken -Connection gcore -Name $name -Role Users -ExpiresIn 30d -Deploy { {{Record}}; {{script}} } -Verbose
            }
            """,
            calls,
            new[] { NewName(), NewName() });
        Assert.Equal(["SecretNotSaved", "SecretNotSaved"], result.ErrorIds);
        Assert.Equal(2, result.Output.Count);
        foreach ((PSObject token, ErrorRecord error) in result.Output.Zip(result.Errors))
        {
            Assert.True(Sandbox.Accepts(token));
            Assert.Contains(token.Text("Id"), error.ToString());
            Assert.Equal(token.Text("Id"), PSObject.AsPSObject(error.TargetObject).Text("Id"));
            Assert.DoesNotContain(token.Secret(), $"{error} {error.Exception} {string.Join(' ', result.Verbose)}");
        }
    }

    [Fact]
    public void Reset_DeployFails_KeepsTheOldTokenAndTheFile()
    {
        PSObject old = NewToken("gcore");
        string path = NewPath(".secret");
        Run("param($Token, $Path) $Token | Save-ApiTokenSecret -Path $Path", old, path).ShouldSucceed();
        RunResult result = Run(
            $"{Calls} $Token | Reset-ApiToken -Path $Path -Force -Deploy {{ throw 'no cluster' }}", old, null, path);
        ErrorRecord error = result.ShouldFail("SecretNotSaved");
        Assert.Contains("no cluster", error.ToString());
        Assert.True(Sandbox.Accepts(old));
        Assert.True(Sandbox.Accepts(result.Single));
        Assert.Equal(old.Secret(), File.ReadAllText(path));
    }

    [Fact]
    public void Deploy_Output_IsVerboseWithoutTheSecret()
    {
        RunResult result = Run(
            "param($Name) New-ApiToken -Connection gcore -Name $Name -Role Users -ExpiresIn 30d -Verbose "
                + "-Deploy { 'secret/app configured'; \"echo $([Net.NetworkCredential]::new('', $args[0]).Password)\" }",
            NewName());
        Assert.Single(result.ShouldSucceed().Output);
        Assert.Contains("secret/app configured", result.Verbose);
        Assert.Contains("echo ***", result.Verbose);
    }

    [Fact]
    public void Save_WithDeploy_PassesTheSecret()
    {
        PSObject token = NewToken("gcore");
        var calls = new List<object>();
        Run($"{Calls} $Token | Save-ApiTokenSecret -Deploy {{ {Record} }}", token, calls).ShouldSucceed();
        Assert.Equal(token.Secret(), PSObject.AsPSObject(Assert.Single(calls)).Secret());

        RunResult failed = Run($"{Calls} $Token | Save-ApiTokenSecret -Deploy {{ throw 'no cluster' }}", token, calls);
        failed.ShouldFail("SecretNotSaved");
        Assert.Equal(token.Secret(), failed.Single.Secret());
    }

    [Theory]
    [InlineData("$true", true)]
    [InlineData("", true)]
    [InlineData("'healthy'", true)]
    [InlineData("$false", false)]
    [InlineData("'checked'; $false", false)]
    [InlineData("throw 'the consumer is down'", false)]
    public void Reset_WithVerify_RetiresTheOldTokenOnlyIfItSucceeds(string verify, bool succeeds)
    {
        PSObject old = NewToken("application-users");
        var calls = new List<object>();
        RunResult result = Run($"{Calls} $Token | Reset-ApiToken -Verify {{ {Record}; {verify} }}", old, calls);
        PSObject successor = result.Single;
        PSObject call = PSObject.AsPSObject(Assert.Single(calls));
        Assert.Equal((successor.Text("Id"), successor.Secret()), (call.Text("Id"), call.Secret()));
        Assert.NotEqual(old.Text("Id"), successor.Text("Id"));
        Assert.True(Sandbox.Accepts(successor));
        Assert.Equal(!succeeds, Sandbox.Accepts(old));
        if (succeeds)
        {
            result.ShouldSucceed();
            return;
        }

        ErrorRecord error = result.ShouldFail("VerificationFailed");
        Assert.Contains(successor.Text("Id"), $"{error} {error.Advice()}");
        Assert.Contains(old.Text("Id"), error.ToString());
        Assert.Equal(verify.Contains("down"), error.ToString().Contains("the consumer is down."));
    }

    [Fact]
    public void Verify_IsCalledAfterTheDeliveryWhileTheOldTokenWorks()
    {
        PSObject old = NewToken("wegnology");
        string path = NewPath(".secret");
        PSObject found = Single(
            Calls + """
            $found = @{ File = $false; Old = $null }
            $null = $Token | Reset-ApiToken -Path $Path -Verify {
                $found.File = [IO.File]::Exists($Path)
                $found.Old = Get-ApiToken -Connection wegnology -Id $Token.Id
                $true
            }
            [pscustomobject] $found
            """,
            old,
            null,
            path);
        Assert.Equal(true, found.Get("File"));
        Assert.Equal("Active", PSObject.AsPSObject(found.Get("Old")!).Text("Status"));
        Assert.False(Sandbox.Accepts(old));
    }

    [Fact]
    public void Reset_VerificationFails_RestoresTheFileAndDeploysTheOldSecret()
    {
        PSObject old = NewToken("gcore");
        string path = NewPath(".secret");
        var calls = new List<object>();
        Run("param($Token, $Path) $Token | Save-ApiTokenSecret -Path $Path", old, path).ShouldSucceed();
        Run(
            $"{Calls} Reset-ApiToken $Token.Id -Connection gcore -Path $Path -Force -Deploy {{ {Record} }} -Verify {{ $false }}",
            old,
            calls,
            path).ShouldFail("VerificationFailed");
        Assert.Equal(old.Secret(), File.ReadAllText(path));
        Assert.Equal(2, calls.Count);
        var second = PSObject.AsPSObject(calls[1]);
        Assert.Equal((old.Text("Id"), old.Text("Name"), old.Secret()), (second.Text("Id"), second.Text("Name"), second.Secret()));
        Assert.True(Sandbox.Accepts(old));
    }

    [Fact]
    public void Reset_VerificationFailsWithSecretInTheInput_DeploysTheOldSecret()
    {
        PSObject old = NewToken("gcore");
        var calls = new List<object>();
        Run($"{Calls} $Token | Reset-ApiToken -Deploy {{ {Record} }} -Verify {{ $false }}", old, calls).ShouldFail("VerificationFailed");
        Assert.Equal(old.Secret(), PSObject.AsPSObject(calls[1]).Secret());
        Assert.Equal(2, calls.Count);
    }

    [Fact]
    public void Reset_VerificationFailsWithoutOldSecret_SaysThatTheNewOneIsInPlace()
    {
        PSObject old = NewToken("gcore");
        var calls = new List<object>();
        ErrorRecord error = Run(
            $"{Calls} Reset-ApiToken $Token.Id -Connection gcore -Deploy {{ {Record} }} -Verify {{ $false }}", old, calls)
            .ShouldFail("VerificationFailed");
        Assert.Single(calls);
        Assert.Contains("The old secret is not at hand", error.ToString());
        Assert.Contains($"Remove-ApiToken -Id {old.Text("Id")}", error.Advice());
        Assert.True(Sandbox.Accepts(old));
    }

    [Fact]
    public void Reset_ServiceRejectsTheSecret_DoesNotVerify()
    {
        PSObject old = NewToken("wegnology");
        var calls = new List<object>();
        Sandbox.AddFault(new { kind = "status", service = "wegnology", method = "GET", path = "/wegnology/me", status = 401, count = 4 });
        Run($"{Calls} $Token | Reset-ApiToken -Deploy {{ }} -Verify {{ {Record} }}", old, calls).ShouldFail("SuccessorRefused");
        Assert.Empty(calls);
    }

    [Fact]
    public void Due_WithVerify_KeepsTheOldTokenUntilItSucceeds()
    {
        string journal = NewPath(".jsonl");
        PSObject old = NewToken("gcore");
        PSObject successor = Single(
            "param($Token, $Journal) $Token | Reset-ApiToken -GracePeriod ([timespan] 1) -JournalPath $Journal -Verify { $true }",
            old,
            journal);
        const string Due = "param($Journal, $Calls) Remove-ApiToken -Due -JournalPath $Journal -Verify";
        var calls = new List<object>();
        AssertRefused("VerificationFailed", $"{Due} {{ {Record}; $false }}", journal, calls);
        Assert.Equal(successor.Text("Id"), PSObject.AsPSObject(Assert.Single(calls)).Text("Id"));
        Assert.True(Sandbox.Accepts(old));
        Run($"{Due} {{ $true }}", journal).ShouldSucceed();
        Assert.False(Sandbox.Accepts(old));
        Assert.True(Sandbox.Accepts(successor));
    }

    [Theory]
    [InlineData("InvalidInPlace", "Reset-ApiToken -InPlace -Deploy { }")]
    [InlineData("InvalidInPlace", "Reset-ApiToken -InPlace -Verify { }")]
    [InlineData("InvalidAsPlainText", "Reset-ApiToken -AsPlainText -Deploy { }")]
    public void Reset_ParametersThatExcludeEachOther_IsRefused(string errorId, string command)
    {
        PSObject token = NewToken("application-users");
        AssertRefused(errorId, $"param($Token) $Token | {command}", token);
    }

    [Fact]
    public void Reset_WithWhatIf_CallsNoScript()
    {
        PSObject token = NewToken("gcore");
        var calls = new List<object>();
        int writes = Sandbox.Count().Writes;
        Run($"{Calls} $Token | Reset-ApiToken -Deploy {{ {Record} }} -Verify {{ {Record} }} -WhatIf", token, calls).ShouldSucceed();
        Assert.Empty(calls);
        Assert.Equal(writes, Sandbox.Count().Writes);
    }

    [Theory]
    [InlineData("-Deploy")]
    [InlineData("-Verify")]
    public void Reset_StoppedInScript_SendsNothingMoreAndWarnsOnTheHost(string parameter)
    {
        PSObject old = NewToken("gcore");
        var calls = new List<object>();
        using ModuleSession other = OpenSession();
        RunningScript running = other.Start(
            $$"""{{Calls}} $Token | Reset-ApiToken {{parameter}} { {{Record}}; while ($true) { [Threading.Thread]::Sleep(10) } }""",
            old,
            calls);
        Eventually.True(() => calls.Count > 0 || running.HasEnded, "the script block was called");
        RequestCount before = Sandbox.Count();
        running.Stop();
        AssertFrozen(before, 0);
        string successor = PSObject.AsPSObject(Assert.Single(calls)).Text("Id");
        Assert.Contains(successor, other.Host.Text);
        Assert.True(Sandbox.Accepts(old));
        var call = PSObject.AsPSObject(calls[0]);
        Assert.True(Sandbox.Accepts(PSObject.AsPSObject(call.Get("Item")!), call.Secret()));
    }

    [Fact]
    public void Reset_StoppedInVerifyAndRunAgain_VerifiesAgainAndRetires()
    {
        PSObject old = NewToken("gcore");
        string journal = NewPath(".jsonl");
        var calls = new List<object>();
        const string Reset = "param($Token, $Journal, $Calls) $Token | Reset-ApiToken -SkipProof -JournalPath $Journal -Verify";
        using (ModuleSession other = OpenSession())
        {
            RunningScript running = other.Start(
                $$"""{{Reset}} { {{Record}}; while ($true) { [Threading.Thread]::Sleep(10) } }""", old, journal, calls);
            Eventually.True(() => calls.Count > 0 || running.HasEnded, "the script block was called");
            running.Stop();
        }

        Run($"{Reset} {{ $false }}", old, journal, calls).ShouldFail("VerificationFailed");
        Assert.True(Sandbox.Accepts(old));
        Run($"{Reset} {{ {Record} }}", old, journal, calls).ShouldSucceed();
        Assert.False(Sandbox.Accepts(old));
        Assert.Equal(2, calls.Count);
        Assert.IsType<SecureString>(PSObject.AsPSObject(calls[0]).Get("Secret"));
        Assert.Null(PSObject.AsPSObject(calls[1]).Get("Secret"));
    }
}
