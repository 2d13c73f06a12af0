using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Test-ApiToken: its findings, their thresholds, and its reports about connections that could not be read.</summary>
public sealed class FindingTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Fact]
    public void Test_AllConnections_ListsTheTokensItselfAndFindsWhatTheSandboxHas()
    {
        IReadOnlyList<PSObject> found = Output("Test-ApiToken -Connection * -KnownUser '*@example.com', admin, jdoe, asmith, clerk");

        PSObject[] Of(string rule) => [.. found.Where(finding => finding.Text("RuleId") == rule)];
        Assert.Equal(
            ServiceCase.All.Count,
            Of("ExpiringSoon").Where(finding => finding.Text("Id").Length > 0).Texts("Connection").Distinct().Count());
        Assert.Contains("old collector", Of("Expired").Texts("Name"));
        Assert.Contains("log shipper", Of("NeverExpires").Texts("Name"));
        Assert.Contains("terraform", Of("Unused").Texts("Name"));
        Assert.Equal(["reports"], Of("UnknownUser").Texts("Name"));
        Assert.Equal(
            ServiceCase.All.Where(service => !service.LastUsed).Select(service => service.Service).Order(),
            Of("LastUseUnknown").Texts("Service").Order());
        Assert.All(found, finding =>
        {
            Assert.NotEmpty(finding.Text("Message"));
            Assert.NotEmpty(finding.Text("RecommendedAction"));
        });
    }

    [Fact]
    public void Test_TokensFromThePipeline_GivesFindingsThatNameThemForOtherCmdlets()
    {
        PSObject token = NewToken("wegnology", with: new() { ["NeverExpires"] = true });

        PSObject found = Single(
            "param($Name) Get-ApiToken -Connection wegnology -Name $Name | Test-ApiToken -Rule NeverExpires", token.Text("Name"));

        Assert.Equal(token.Text("Id"), found.Text("Id"));
        Assert.Empty(Output("param($Found) $Found | Remove-ApiToken", found));
        Assert.Empty(Output("param($Name) Get-ApiToken -Connection wegnology -Name \"$Name*\"", token.Text("Name")));
    }

    [Fact]
    public void Test_EmptyPipeline_TestsNothing()
    {
        RequestCount before = Sandbox.Count();
        Assert.Empty(Output("@() | Test-ApiToken"));
        Assert.Equal(before.Total, Sandbox.Count().Total);
    }

    [Fact]
    public void Test_IdsAndNames_ReadsTheTokens()
    {
        PSObject token = NewToken("gcore", with: new() { ["NeverExpires"] = true });
        Assert.Equal(
            token.Text("Name"), Single("param($Id) Test-ApiToken $Id -Connection gcore -Rule NeverExpires", token.Text("Id")).Text("Name"));
        Assert.Equal(
            token.Text("Id"),
            Single("param($Name) $Name | Test-ApiToken -Connection gcore -Rule NeverExpires", token.Text("Name")).Text("Id"));
    }

    [Fact]
    public void Test_TokensSerializedAsAJobDoes_GivesTheSameFindingsWithoutARequest()
    {
        IReadOnlyList<PSObject> tokens = Output("Get-ApiToken -Connection *");
        IReadOnlyList<PSObject> expected = Output(
            "param($Tokens) $Tokens | Test-ApiToken | ForEach-Object ToString", (object)tokens.ToArray());
        Assert.NotEmpty(expected);
        RequestCount before = Sandbox.Count();

        IReadOnlyList<PSObject> actual = Output(
            "param($Tokens) $Tokens | Test-ApiToken | ForEach-Object ToString",
            PSSerializer.Deserialize(PSSerializer.Serialize(tokens.ToArray())));

        Assert.Equal(expected.Select(text => text.BaseObject), actual.Select(text => text.BaseObject));
        Assert.Equal(before.Total, Sandbox.Count().Total);
    }

    [Fact]
    public void Test_ObjectThatIsNoToken_Fails()
    {
        AssertRefused("InvalidToken", "[pscustomobject]@{ Colour = 'red' } | Test-ApiToken");
        Assert.Equal(false, Run("[pscustomobject]@{ Colour = 'red' } | Test-ApiToken -Quiet").Single.BaseObject);
    }

    [Fact]
    public void Test_Thresholds_AreParameters()
    {
        PSObject token = NewToken("gcore", with: new() { ["ExpiresIn"] = "20d" });
        IReadOnlyList<PSObject> Test(string parameters) =>
            Output($"param($Id) Get-ApiToken -Connection gcore -Id $Id | Test-ApiToken {parameters}", token.Text("Id"));

        Assert.Empty(Test("-Rule ExpiringSoon"));
        Assert.Equal("Warning", Assert.Single(Test("-Rule ExpiringSoon -ExpiryWarning 21d")).Text("Severity"));
        Assert.Equal("Error", Assert.Single(Test("-Rule ExpiringSoon -ExpiryWarning 30d -ExpiryError 21d")).Text("Severity"));
        Assert.Equal("LongLived", Assert.Single(Test("-MaximumLife 19d -Rule LongLived")).Text("RuleId"));
        Assert.Empty(Test("-MaximumLife 20d -Rule LongLived"));
    }

    [Fact]
    public void Test_NumberForADuration_Fails()
    {
        ErrorRecord? error = Run("Test-ApiToken -ExpiryWarning 7").Terminating;
        Assert.Contains("'7' is not a valid duration. Examples: ", error?.Exception.Message);
    }

    [Theory]
    [InlineData("InvalidExpiryWarning", "Test-ApiToken -ExpiryWarning ([timespan] 7)")]
    [InlineData("InvalidRule", "Test-ApiToken -Rule Nothing")]
    [InlineData("InvalidNearLimit", "Test-ApiToken -NearLimit 7")]
    public void Test_ImpossibleValue_Fails(string errorId, string script) => AssertRefused(errorId, script);

    [Fact]
    public void Test_PipelineEndsEarly_WritesTheFirst() =>
        Assert.NotEmpty(Single("Test-ApiToken -Connection * | Select-First 1").Text("RuleId"));

    [Fact]
    public void Test_ExcludeRule_CompletesTheIdsOfRules() =>
        Assert.Equal(["NeverExpires"], Session.CompleteText("Test-ApiToken -ExcludeRule Never"));

    [Fact]
    public void Policy_File_IsReadAndParametersCountMore()
    {
        string file = NewPolicy(
            "@{ Rule = 'ExpiringSoon', 'NeverExpires'; Severity = @{ NeverExpires = 'Error' }; ExpiryWarning = '1d'; ExpiryError = '1h' }");
        IReadOnlyList<PSObject> Test(string parameters) =>
            Output($"param($Policy) Test-ApiToken -Connection wegnology -Policy $Policy {parameters}", file);

        IReadOnlyList<PSObject> found = Test("");
        Assert.Equal(["NeverExpires"], found.Texts("RuleId").Distinct());
        Assert.Equal("Error", found[0].Text("Severity"));
        Assert.Contains("ExpiringSoon", Test("-ExpiryWarning 7d").Texts("RuleId"));
        Assert.Equal(["TooBroad"], Test("-Rule TooBroad").Texts("RuleId").Distinct());
    }

    [Theory]
    [InlineData("@{ ExpiryWarnings = '7d' }", "ExpiryWarnings")]
    [InlineData("@{ ExpiryWarning = 7 }", "ExpiryWarning")]
    [InlineData("@{ KnownUser = 'a', 1 }", "KnownUser")]
    [InlineData("@{ Rule = ", "line 1")]
    [InlineData("'Expired'", "one table")]
    [InlineData("@{ }; @{ }", "one table")]
    [InlineData("@{ TokenLimit = $env:HOME }", "constants")]
    public void Policy_FaultyFile_FailsAndNamesTheFault(string text, string named)
    {
        string file = NewPolicy(text);
        AssertRefused("InvalidPolicy", "param($Policy) Test-ApiToken -Policy $Policy", file);
        Assert.Contains(named, Run("param($Policy) Test-ApiToken -Policy $Policy", file).Terminating?.Exception.Message);
    }

    [Theory]
    [InlineData("@{ Rule = (New-Item '{0}') }")]
    [InlineData("@{ Rule = $(New-Item '{0}') }")]
    [InlineData("New-Item '{0}'; @{ }")]
    [InlineData("param([string] $x = (New-Item '{0}')) @{ }")]
    public void Policy_FileWithCode_RunsNothing(string text)
    {
        // The engine has no New-Item; this one creates a file too.
        Run("function global:New-Item($Path) { [System.IO.File]::WriteAllText($Path, 'x') }").ShouldSucceed();
        string control = NewPath(".txt");
        Run($"New-Item '{control}'").ShouldSucceed();
        Assert.True(File.Exists(control));

        string witness = NewPath(".txt");
        AssertRefused("InvalidPolicy", "param($Policy) Test-ApiToken -Policy $Policy", NewPolicy(text.Replace("{0}", witness)));
        Assert.False(File.Exists(witness));
    }

    [Fact]
    public void Policy_MissingFile_Fails() =>
        AssertRefused("InvalidPolicy", "param($Policy) Test-ApiToken -Policy $Policy", NewPath(".psd1"));

    [Theory]
    [InlineData("-Rule LastUseUnknown, Duplicate", true)]
    [InlineData("-Rule ExpiringSoon", false)]
    [InlineData("-Rule ExpiringSoon -MinimumSeverity Error", true)]
    public void Quiet_Findings_IsFalseFromAWarningOn(string parameters, bool expected) =>
        Assert.Equal(expected, Single($"Test-ApiToken -Connection devo {parameters} -Quiet").BaseObject);

    [Fact]
    public void Quiet_ListFails_IsFalse()
    {
        Sandbox.AddFault(new { service = "gcore", kind = "status", status = 404, count = 1 });
        RunResult result = Run("Test-ApiToken -Connection gcore, devo -Rule NearTokenLimit -Quiet");
        Assert.Equal(false, result.Single.BaseObject);
        Assert.Equal("ObjectNotFound", result.Errors[0].Id());
        Assert.Equal(true, Single("Test-ApiToken -Connection gcore, devo -Rule NearTokenLimit -Quiet").BaseObject);
    }

    [Fact]
    public void Quiet_ListBreaksOff_IsFalse()
    {
        Sandbox.AddFault(new { service = "devo", kind = "truncate", count = 1 });
        Assert.Equal(false, Run("Test-ApiToken -Connection devo -Rule NearTokenLimit -Quiet").Single.BaseObject);
    }

    [Fact]
    public void Quiet_NoTokenFromThePipeline_IsFalse()
    {
        RunResult result = Run("@() | Test-ApiToken -Quiet");
        Assert.Equal(false, result.Single.BaseObject);
        Assert.Equal("NothingTested", result.Errors[0].Id());
    }

    private string NewPolicy(string text)
    {
        string file = NewPath(".psd1");
        File.WriteAllText(file, text + Environment.NewLine);
        return file;
    }
}
