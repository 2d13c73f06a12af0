using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>A leaked value is attributed to a token only with proof, because anybody can write a value with the id of a token.</summary>
public sealed class LeakAttributionTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private const string OneLiner = "param($Path) Find-ApiToken -Path $Path -Probe | Remove-ApiToken -Confirm:$false";

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(503)]
    public void Probe_AnyOtherAnswer_LeavesTheTokenUnattributed(int status)
    {
        PSObject token = NewToken("gcore");
        Sandbox.AddFault(new { service = "gcore", path = "/gcore/iam/clients/me", kind = "status", status });

        ErrorRecord error = Run(OneLiner, NewFile(Forged(token))).ShouldFail("SecretNotAttributed");

        Sandbox.ClearFaults();
        Assert.True(Sandbox.Accepts(token));
        Assert.Contains($"It suggests the active token '{token.Text("Name")}' ({token.Text("Id")})", error.Exception.Message);
    }

    [Theory]
    [InlineData(40_000)]
    [InlineData(4_000)]
    public void Probe_ForgedLine_RemovesNoToken(int letters)
    {
        PSObject token = NewToken("gcore");
        Run(OneLiner, NewFile($"{token.Text("Id")}_{new string('a', letters)}"));
        Assert.True(Sandbox.Accepts(token));
    }

    [Theory]
    [InlineData("Remove-ApiToken", "gcore")]
    [InlineData("Remove-ApiToken", "wegnology")]
    [InlineData("Reset-ApiToken", "gcore")]
    [InlineData("Disable-ApiToken", "wegnology")]
    public void Candidate_SessionCannotPrompt_IsChangedOnlyWithAllowUnproven(string command, string connection)
    {
        PSObject token = NewToken(connection);
        string find = $"param($Secret, $Command) Find-ApiToken $Secret -Connection {connection} -WarningAction Ignore";
        string copy = "ForEach-Object { [pscustomobject]@{ Connection = $_.Connection; Id = $_.Id; MatchedBy = \"$($_.MatchedBy)\" } }";
        object secret = token.Get("Secret")!;
        Session.Host.Asked = () => throw new PSInvalidOperationException("PowerShell is in NonInteractive mode.");
        try
        {
            ErrorRecord error = AssertRefused("UnprovenMatch", $"{find} | & $Command -Confirm:$false", secret, command);
            Assert.Contains("-AllowUnproven", error.Advice());
            AssertRefused("UnprovenMatch", $"{find} | {copy} | & $Command -Confirm:$false", secret, command);
            Assert.True(Sandbox.Accepts(token));
            Run($"{find} | & $Command -Confirm:$false -WhatIf", secret, command).ShouldSucceed();
            Assert.True(Sandbox.Accepts(token));

            Run($"{find} | & $Command -Confirm:$false -AllowUnproven", secret, command).ShouldSucceed();
            Assert.False(Sandbox.Accepts(token));
        }
        finally
        {
            Session.Host.Asked = null;
        }
    }

    [Fact]
    public void Candidate_Serialized_KeepsItsEvidence()
    {
        PSObject token = NewToken("gcore");
        const string Command =
            """
            param($Secret)
            $found = Find-ApiToken $Secret -Connection gcore -WarningAction Ignore
            $text = [System.Management.Automation.PSSerializer]::Serialize($found, 3)
            [System.Management.Automation.PSSerializer]::Deserialize($text) | Remove-ApiToken -Confirm:$false
            """;
        Session.Host.Asked = () => throw new PSInvalidOperationException("PowerShell is in NonInteractive mode.");
        try
        {
            AssertRefused("UnprovenMatch", Command, token.Get("Secret"));
        }
        finally
        {
            Session.Host.Asked = null;
        }
    }

    [Fact]
    public void Candidate_Prompt_TellsThatNothingIsProven()
    {
        PSObject token = NewToken("gcore");
        const string Command = "param($Secret) Find-ApiToken $Secret -Connection gcore -WarningAction Ignore | Remove-ApiToken";
        Session.Host.Answers.Enqueue("No");
        Output(Command, token.Get("Secret"));
        Assert.True(Sandbox.Accepts(token));
        Assert.Contains("Nothing proves that the leaked secret belongs to the token", Assert.Single(Session.Host.Questions));
        Assert.Equal("No", Session.Host.DefaultLabel);

        Session.Host.Answers.Enqueue("Yes");
        Output(Command, token.Get("Secret"));
        Assert.False(Sandbox.Accepts(token));
    }

    [Fact]
    public void Candidate_TokenWithTheSameIdOnTwoServers_BothAreCandidatesAndProbeFindsTheRightOne()
    {
        using var other = new SandboxFixture();
        using var session = new ModuleSession();
        session.Connect(other.Sandbox, "gcore", "a-sandbox");
        session.Connect(Sandbox, "gcore", "production");
        PSObject real = session.Single("New-ApiToken -Connection production -Name real -Role Engineers -ExpiresIn 30d");
        PSObject innocent = session.Single("New-ApiToken -Connection a-sandbox -Name innocent -Role Engineers -ExpiresIn 30d");
        for (int i = 0; i < 40 && innocent.Text("Id") != real.Text("Id"); i++)
        {
            string behind = int.Parse(innocent.Text("Id")!, null) < int.Parse(real.Text("Id")!, null) ? "a-sandbox" : "production";
            PSObject next = session.Single("param($To) New-ApiToken -Connection $To -Name next -Role Engineers -ExpiresIn 30d", behind);
            (real, innocent) = behind == "production" ? (next, innocent) : (real, next);
        }

        Assert.Equal(real.Text("Id"), innocent.Text("Id"));

        RunResult candidates = session.Run("param($Secret) Find-ApiToken $Secret", real.Get("Secret"));
        Assert.Equal(["a-sandbox", "production"], candidates.Output.Texts("Connection").Order());
        Assert.All(candidates.Output, found => Assert.Equal(false, found.Get("IsProven")));
        Assert.Contains("-AllowUnproven", Assert.Single(candidates.Warnings));

        PSObject proven = session.Single("param($Secret) Find-ApiToken $Secret -Probe", real.Get("Secret"));
        Assert.Equal(("production", "Probe", true), (proven.Text("Connection"), proven.Text("MatchedBy"), proven.Get("IsProven")));
    }

    [Theory]
    [InlineData(66_000)]
    [InlineData(20_000_000)]
    public void Path_LineLongerThanAnySecret_DoesNotStopTheSearch(int length)
    {
        PSObject token = NewToken("gcore");
        string file = NewFile($"12_{new string('a', length)}", $"eyJ{new string('a', length)}.bbbb.cccc", token.Secret());

        RunResult result = Run("param($Path) Find-ApiToken -Path $Path -Probe", file);

        Assert.Equal(token.Text("Id"), Assert.Single(result.Output).Text("Id"));
    }

    [Fact]
    public void Path_SecretAfterALongText_IsFound()
    {
        PSObject token = NewToken("gcore");
        string text = string.Concat(Enumerable.Repeat("{\"rule\":\"generic\"},", 1_000_000));
        string file = NewFile($"[{text}{{\"secret\":\"{token.Secret()}\"}}]");
        Assert.Equal(token.Text("Id"), Single("param($Path) Find-ApiToken -Path $Path -Probe", file).Text("Id"));
    }

    // A file with all possible ends would otherwise remove every Devo token whose value is masked.
    [Fact]
    public void Devo_ValueWithTheEndOfAMaskedSecret_IsACandidateOnly()
    {
        PSObject owner = Single(
            "param($Name) New-ApiToken -Connection devo -Name $Name -User jdoe@example.com -Audience credentials "
                + "-Scope 'table://my.app.** level://admin'",
            NewName());
        Session.Connect(Sandbox, "devo", "devo-masked", secret: (System.Security.SecureString)owner.Get("Secret")!);
        try
        {
            PSObject token = NewToken("devo");
            object forged = $"000000000000000000000000000{token.Secret()[^5..]}".ToSecret();
            PSObject found = Run("param($Secret) Find-ApiToken $Secret -Connection devo-masked", forged).ShouldSucceed().Single;
            Assert.Equal((token.Text("Id"), "Masked", false), (found.Text("Id"), found.Text("MatchedBy"), found.Get("IsProven")));

            Run("param($Secret) Find-ApiToken $Secret -Connection devo-masked -Probe | Remove-ApiToken -Confirm:$false", forged)
                .ShouldFail("SecretNotAttributed");
            Assert.True(Sandbox.Accepts(token));
        }
        finally
        {
            Session.Disconnect("devo-masked");
        }
    }

    private static string Forged(PSObject token) => $"{token.Text("Id")}_{new string('0', 64)}";

    private string NewFile(params string[] lines)
    {
        string file = NewPath(".txt");
        File.WriteAllLines(file, lines);
        return file;
    }
}
