using System.Collections;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>A policy at issue and at reset, waivers, and a vault that is compared with the tokens.</summary>
public sealed class PolicyTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    public static TheoryData<string, string, string, string> Forbidden => new()
    {
        { "gcore", "-Role Users -NeverExpires", "NeverExpires", "never expires" },
        { "gcore", "-Role Users -ExpiresIn 100d", "LongLived", "100 days; the maximum is 90 days" },
        { "gcore", "-Role Administrators -ExpiresIn 30d", "TooBroad", "the role 'Administrators'" },
        { "wegnology", "-Scope All -ExpiresIn 30d", "TooBroad", "the scope 'all.User'" },
        { "wegnology", "-Scope ReadOnly", "NeverExpires", "never expires" },
        { "devo", "-User jdoe@example.org -Audience apiv2 -Scope 'table://my.app.** level://admin'", "UnknownUser", "'jdoe@example.org'" },
        { "devo", "-User jdoe@example.com -Audience apiv2 -Scope 'table://*.**', 'level://admin'", "TooBroad", "too broad" },
        { "application-users", "-User clerk -ApplyToAll Full -ExpirationMonths 3", "TooBroad", "Full Access to all APIs" },
        { "application-users", "-User clerk -ApplyToAll Read", "LongLived", "the maximum is 90 days" },
        { "application-users", "-User stranger -ApplyToAll Read -ExpirationMonths 3", "UnknownUser", "'stranger'" },
    };

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void New_PolicyForbidsToken_FailsBeforeARequest(string connection, string parameters, string rule, string value)
    {
        string life = rule == "LongLived" ? "90d" : "92d";
        string file = NewPolicy($"@{{ MaximumLife = '{life}'; KnownUser = '*@example.com', 'clerk' }}");
        string name = connection == "application-users" ? "" : "-Name forbidden ";
        RequestCount before = Sandbox.Count();
        RunResult result = Run($"param($Policy) New-ApiToken -Connection {connection} {name}{parameters} -Policy $Policy", file);
        ErrorRecord error = result.ShouldFail("PolicyViolation");
        Assert.Contains($"({rule})", error.ToString());
        Assert.Contains(value, error.ToString());
        Assert.NotEmpty(error.Advice());
        Assert.Equal(before.Total, Sandbox.Count().Total);
    }

    [Fact]
    public void New_PolicyAllowsOrWaivesToken_IssuesIt()
    {
        string strict = NewPolicy("@{ MaximumLife = '92d' }");
        Single("param($Policy) New-ApiToken -Connection gcore -Name allowed -Role Users -ExpiresIn 30d -Policy $Policy", strict);
        string waived = NewPolicy(
            "@{ Waiver = @{ Token = 'robot-*'; Rule = 'NeverExpires'; Reason = 'not yet'; ApprovedBy = 'jdoe'; Until = '2099-01-01' } }");
        Single("param($Policy) New-ApiToken -Connection gcore -Name robot-1 -Role Users -NeverExpires -Policy $Policy", waived);
        Run("param($Policy) New-ApiToken -Connection gcore -Name other -Role Users -NeverExpires -Policy $Policy", waived)
            .ShouldFail("PolicyViolation");
        string lenient = NewPolicy("@{ Severity = @{ NeverExpires = 'Information' } }");
        Single("param($Policy) New-ApiToken -Connection gcore -Name lenient -Role Users -NeverExpires -Policy $Policy", lenient);
    }

    [Fact]
    public void New_RowsFromAFile_IssuesThoseThatThePolicyAllows()
    {
        PSObject[] rows =
        [
            Records.Row(("Name", NewName("good")), ("ExpiresIn", "30d")), Records.Row(("Name", NewName("bad")), ("ExpiresIn", "900d")),
            Records.Row(("Name", NewName("good")), ("ExpiresIn", "60d")),
        ];
        RunResult result = Run(
            "param($Rows, $Policy) $Rows | New-ApiToken -Connection gcore -Role Users -Policy $Policy", rows, NewPolicy("@{ }"));
        Assert.Equal(2, result.Output.Count);
        Assert.Equal("PolicyViolation", result.Error.Id());
    }

    [Fact]
    public void Reset_PolicyForbidsSuccessor_KeepsTheOldToken()
    {
        string file = NewPolicy("@{ MaximumLife = '20d' }");
        PSObject token = NewToken("gcore", with: new() { ["ExpiresIn"] = "30d" });

        // The record is complete, so no request is needed.
        PSObject listed = Single("param($Name) Get-ApiToken -Connection gcore -Name $Name", token.Text("Name"));
        RequestCount before = Sandbox.Count();
        ErrorRecord error = Run("param($Token, $Policy) $Token | Reset-ApiToken -Policy $Policy", listed, file)
            .ShouldFail("PolicyViolation");
        Assert.Contains("(LongLived)", error.ToString());
        Assert.Equal(before.Total, Sandbox.Count().Total);

        // Only the id is known: the token is read, but nothing is written.
        AssertRefused(
            "PolicyViolation", "param($Id, $Policy) Reset-ApiToken $Id -Connection gcore -Policy $Policy", token.Text("Id"), file);
        Assert.True(Sandbox.Accepts(token));
        Single("param($Id, $Policy) Reset-ApiToken $Id -Connection gcore -ExpiresIn 10d -Policy $Policy", token.Text("Id"), file);
    }

    [Theory]
    [InlineData("New-ApiToken -Connection gcore -Name never -Role Users -ExpiresIn 30d -Policy $Policy")]
    [InlineData("Reset-ApiToken 1 -Connection gcore -Policy $Policy")]
    [InlineData("Test-ApiToken -Policy $Policy")]
    public void Policy_Faulty_EndsThePipeline(string script)
    {
        Assert.Equal("InvalidPolicy", Run($"param($Policy) {script}", NewPolicy("@{ Waivers = @() }")).Terminating?.Id());
        Assert.Equal("InvalidPolicy", Run($"param($Policy) {script}", NewPath(".psd1")).Terminating?.Id());
    }

    [Fact]
    public void Test_WaivedFinding_IsShownAndDoesNotFailAJob()
    {
        PSObject token = NewToken("gcore", with: new() { ["NeverExpires"] = true });
        string file = NewPolicy(
            $"@{{ Rule = 'NeverExpires'; Waiver = @(@{{ Token = '{token.Text("Name")}'; Rule = 'NeverExpires'; Reason = 'a reason'; "
                + "ApprovedBy = 'jdoe'; Until = '2099-12-31' }) }");
        const string Test = "param($Id, $Policy) Get-ApiToken -Connection gcore -Id $Id | Test-ApiToken -Policy $Policy";
        PSObject found = Single(Test, token.Text("Id"), file);
        Assert.Equal((true, "jdoe", "a reason"), (found.Get("IsWaived"), found.Text("WaivedBy"), found.Text("WaiverReason")));
        Assert.Equal(true, Single($"{Test} -Quiet", token.Text("Id"), file).BaseObject);
        Assert.Contains(Session.Show(80, Test, token.Text("Id"), file), line => line.StartsWith("Waived", StringComparison.Ordinal));

        PSObject copy = Output("param($Found) $Found", PSSerializer.Deserialize(PSSerializer.Serialize(found)))[0];
        Assert.Equal("jdoe", copy.Text("WaivedBy"));
    }

    [Fact]
    public void Test_Vault_FindsOrphansMissingAndMismatchedEntries()
    {
        PSObject kept = NewToken("gcore", NewName("svc"));
        PSObject missing = NewToken("gcore", NewName("svc"));
        PSObject renamed = NewToken("gcore", NewName("svc"));
        PSObject gone = NewToken("gcore", NewName("svc"));
        string Name(PSObject token) => $"{token.Text("Service")}/{token.Text("Account")}/{token.Text("Name")}";
        Hashtable Metadata(PSObject token) => new()
        {
            ["service"] = token.Text("Service"),
            ["account"] = token.Text("Account"),
            ["tokenId"] = token.Text("Id"),
        };
        var secrets = new Hashtable();
        foreach (string name in new[] { Name(kept), Name(renamed), Name(gone), "database" })
        {
            secrets[name] = "any".ToSecret();
        }

        FakeVault.Import(Session, secrets, new()
        {
            [Name(kept)] = Metadata(kept),
            [Name(renamed)] = Metadata(kept),
            [Name(gone)] = Metadata(gone),
            ["database"] = new Hashtable(),
        });
        Run("param($Token) $Token | Remove-ApiToken", gone).ShouldSucceed();
        string file = NewPolicy("@{ VaultToken = 'svc-*'; Rule = 'VaultEntryOrphaned', 'VaultEntryMissing', 'VaultEntryMismatch' }");

        IReadOnlyList<PSObject> found = Output("param($Policy) Test-ApiToken -Connection gcore -Vault ops -Policy $Policy", file);

        Assert.Equal(
            new[]
            {
                ("VaultEntryMismatch", renamed.Text("Id")), ("VaultEntryMissing", missing.Text("Id")),
                ("VaultEntryMissing", renamed.Text("Id")), ("VaultEntryOrphaned", ""),
            },
            found.Select(finding => (finding.Text("RuleId"), finding.Text("Id"))).Order());
        Assert.Contains(Name(gone), found.Single(finding => finding.Text("RuleId") == "VaultEntryOrphaned").Text("Message"));

        // Without a vault, and with a failed list, nothing is reported.
        Assert.Empty(Output("param($Policy) Test-ApiToken -Connection gcore -Policy $Policy", file));
        Sandbox.AddFault(new { service = "gcore", kind = "status", status = 404, count = 1 });
        Assert.DoesNotContain(
            "VaultEntryOrphaned",
            Run("param($Policy) Test-ApiToken -Connection gcore -Vault ops -Policy $Policy", file).Output.Texts("RuleId"));
    }

    [Theory]
    [InlineData("InvalidVault", "Get-ApiToken -Connection gcore | Test-ApiToken -Vault ops")]
    [InlineData("InvalidVault", "Test-ApiToken 1 -Vault ops")]
    [InlineData("VaultNotFound", "Test-ApiToken -Vault none")]
    public void Test_VaultThatCannotBeCompared_Fails(string errorId, string script)
    {
        FakeVault.Import(Session, []);
        Assert.Equal(errorId, Run(script).Terminating?.Id());
    }

    private string NewPolicy(string text)
    {
        string file = NewPath(".psd1");
        File.WriteAllText(file, text + Environment.NewLine);
        return file;
    }
}
