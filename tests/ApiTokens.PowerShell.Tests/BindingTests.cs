using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>
/// The inputs of token parameters, and the tokens that they identify. tests/Pester/Binding.Tests.ps1 tests rows of CSV files and
/// tokens from CLIXML and JSON.
/// </summary>
public sealed class BindingTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    public static TheoryData<string, string> NamesWithWildcards => TheoryCases.EachServiceWith("all-*", "all-?", "all-[0-9]", "all-`*");

    [Theory]
    [ClassData(typeof(EachService))]
    public void TokenParameter_ListedTokenFromPipeline_IsBound(string connection)
    {
        PSObject token = NewToken(connection);
        Output(
            "param($Connection, $Name) Get-ApiToken -Connection $Connection -Name $Name | Remove-ApiToken", connection, token.Text("Name"));
        Assert.False(Sandbox.Accepts(token));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void TokenParameter_IssuedTokenFromPipeline_IsBound(string connection)
    {
        PSObject token = NewToken(connection);
        Output("param($Token) $Token | Remove-ApiToken", token);
        Assert.False(Sandbox.Accepts(token));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void TokenParameter_SeveralTokensAsArgument_AreBound(string connection)
    {
        PSObject first = NewToken(connection);
        PSObject second = NewToken(connection);
        Output("param($First, $Second) Remove-ApiToken -Token $First, $Second", first, second);
        Assert.False(Sandbox.Accepts(first));
        Assert.False(Sandbox.Accepts(second));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void TokenParameter_Id_IsBoundAsArgumentByAliasAndFromPipeline(string connection)
    {
        PSObject[] tokens = NewTokens(3, connection);
        Output("param($Id, $Connection) Remove-ApiToken $Id -Connection $Connection", tokens[0].Text("Id"), connection);
        Output("param($Id, $Connection) Remove-ApiToken -Id $Id -Connection $Connection", tokens[1].Text("Id"), connection);
        Output("param($Id, $Connection) $Id | Remove-ApiToken -Connection $Connection", tokens[2].Text("Id"), connection);
        Assert.All(tokens, token => Assert.False(Sandbox.Accepts(token)));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void TokenParameter_Name_IsBoundAsArgumentAndFromPipeline(string connection)
    {
        PSObject[] tokens = NewTokens(3, connection);
        Output("param($Name, $Connection) Remove-ApiToken $Name -Connection $Connection", tokens[0].Text("Name"), connection);
        Output("param($Names, $Connection) $Names | Remove-ApiToken -Connection $Connection", tokens[1..].Texts("Name"), connection);
        Assert.All(tokens, token => Assert.False(Sandbox.Accepts(token)));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void TokenParameter_TokenDeserializedElsewhere_IsBound(string connection)
    {
        PSObject token = NewToken(connection);
        string xml = Session.Value<string>(
            "param($Token) [System.Management.Automation.PSSerializer]::Serialize((Get-ApiToken -Connection $Token.Connection "
                + "-Id $Token.Id))",
            token);

        // If the module is loaded, it becomes a token again; otherwise it stays a deserialized object.
        using var elsewhere = new ModuleSession(import: false);
        PSObject copy = elsewhere.Single("param($Xml) [System.Management.Automation.PSSerializer]::Deserialize($Xml)", xml);
        Assert.Contains("Deserialized.ApiTokens.ApiToken", copy.TypeNames);

        Output("param($Copy) $Copy | Remove-ApiToken", copy);
        Assert.False(Sandbox.Accepts(token));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void GetApiToken_TokenOrRowWithIdFromPipeline_ReadsTheToken(string connection)
    {
        PSObject token = NewToken(connection);
        Assert.Equal(token.Text("Name"), Single("param($Token) $Token | Get-ApiToken", token).Text("Name"));
        Assert.Equal(
            token.Text("Name"),
            Single(
                "param($Id, $Connection) [pscustomobject]@{ Id = $Id; Connection = $Connection } | Get-ApiToken",
                token.Text("Id"),
                connection).Text("Name"));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void TokenParameter_UnknownName_FailsWithTheInputAsTarget(string connection)
    {
        ErrorRecord error = Run("param($Connection) Remove-ApiToken 'no such name' -Connection $Connection", connection)
            .ShouldFail("ObjectNotFound");
        Assert.Equal("no such name", error.TargetObject);
        Assert.NotEmpty(error.Advice());
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void TokenParameter_UnknownNamesAmongOthers_DoNotEndThePipeline(string connection)
    {
        PSObject token = NewToken(connection);
        RunResult result = Run(
            "param($Name, $Connection) 'no such name', $Name, 'nor this' | Remove-ApiToken -Connection $Connection",
            token.Text("Name"),
            connection);
        Assert.Equal(["ObjectNotFound", "ObjectNotFound"], result.ErrorIds);
        Assert.Equal(["no such name", "nor this"], result.Errors.Select(error => error.TargetObject));
        Assert.False(Sandbox.Accepts(token));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void TokenParameter_NameOfSeveralTokens_IsRefusedWithTheirIds(string connection)
    {
        string name = NewName("twice");
        PSObject first = NewToken(connection, name);
        PSObject second = NewToken(connection, name);

        ErrorRecord error = AssertRefused(
            "AmbiguousName", "param($Name, $Connection) Remove-ApiToken $Name -Connection $Connection", name, connection);

        Assert.Contains(first.Text("Id"), error.Exception.Message);
        Assert.Contains(second.Text("Id"), error.Exception.Message);
        Assert.True(Sandbox.Accepts(first));
        Assert.True(Sandbox.Accepts(second));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void TokenParameter_NamesThatDifferInCase_PrefersTheExactOne(string connection)
    {
        string name = NewName("case");
        PSObject lower = NewToken(connection, name);
        PSObject upper = NewToken(connection, name.ToUpperInvariant());
        Output("param($Name, $Connection) Remove-ApiToken $Name -Connection $Connection", name.ToUpperInvariant(), connection);
        Assert.True(Sandbox.Accepts(lower));
        Assert.False(Sandbox.Accepts(upper));
    }

    [Theory]
    [MemberData(nameof(NamesWithWildcards))]
    public void TokenParameter_NameWithWildcardCharacters_IsTakenLiterally(string connection, string name)
    {
        const string Remove = "param($Name, $Connection) Remove-ApiToken $Name -Connection $Connection";
        PSObject literal = NewToken(connection, name);
        PSObject other = NewToken(connection, "all-1");
        try
        {
            Output(Remove, name, connection);
            Assert.False(Sandbox.Accepts(literal));
            Assert.True(Sandbox.Accepts(other));
            AssertRefused("ObjectNotFound", Remove, name, connection);
        }
        finally
        {
            Output("param($Token) $Token | Remove-ApiToken", other);
        }
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void TokenParameter_InputThatNamesNoToken_IsRefusedWithoutARequest(string connection)
    {
        int before = Sandbox.Count().Total;
        string[] scripts =
        [
            "param($Connection) [pscustomobject]@{ Colour = 'red' } | Remove-ApiToken -Connection $Connection",
            "param($Connection) [pscustomobject]@{ Id = ''; Name = '' } | Remove-ApiToken -Connection $Connection",
            "param($Connection) Remove-ApiToken '' -Connection $Connection",
            "param($Connection) Remove-ApiToken $null -Connection $Connection",
        ];
        Assert.All(
            scripts,
            script => Assert.StartsWith("ParameterArgumentTransformationError", Run(script, connection).Error.FullyQualifiedErrorId));
        Assert.Equal(before, Sandbox.Count().Total);
    }

    // A process and a job also have an id and a name.
    [Theory]
    [InlineData("[System.Diagnostics.Process]::GetCurrentProcess()", "System.Diagnostics.Process")]
    [InlineData("[System.IO.DirectoryInfo]::new('.')", "System.IO.DirectoryInfo")]
    [InlineData("[pscustomobject]@{ PSTypeName = 'Selected.System.Diagnostics.Process'; Id = 7002 }", "System.Diagnostics.Process")]
    [InlineData("[pscustomobject]@{ PSTypeName = 'Deserialized.System.Diagnostics.Process'; Id = 7002 }", "System.Diagnostics.Process")]
    public void TokenParameter_ObjectOfAnotherKind_IsRefusedWithoutARequest(string value, string type)
    {
        int before = Sandbox.Count().Total;

        ErrorRecord error = Run($"{value} | Remove-ApiToken -Connection gcore -Confirm:$false").Error;

        Assert.StartsWith("ParameterArgumentTransformationError", error.FullyQualifiedErrorId);
        Assert.Contains($"{type} is not a token", error.Exception.Message);
        Assert.Equal(before, Sandbox.Count().Total);
    }

    [Theory]
    [InlineData("[pscustomobject]@{ PSTypeName = 'My.Row'; Id = $Id }")]
    [InlineData("[pscustomobject]@{ PSTypeName = 'Selected.My.Row'; Id = $Id }")]
    [InlineData("[pscustomobject]@{ PSTypeName = 'Selected.System.Management.Automation.PSCustomObject'; Id = $Id }")]
    [InlineData("[pscustomobject]@{ PSTypeName = 'CSV:ApiTokens.ApiToken'; Id = $Id }")]
    [InlineData("$(class Row { $Id }; [Row] @{ Id = $Id })")]
    public void TokenParameter_RowOfAScript_IsBound(string row)
    {
        PSObject token = NewToken("gcore");

        Output($"param($Id) {row} | Remove-ApiToken -Connection gcore", token.Text("Id"));

        Assert.False(Sandbox.Accepts(token));
    }

    [Fact]
    public void New_ObjectOfAnotherKind_IssuesNothing()
    {
        int before = Sandbox.Count().Writes;

        RunResult result = Run(
            "[System.Diagnostics.Process]::GetCurrentProcess() | New-ApiToken -Connection gcore -Name x -Role Users -ExpiresIn 1d");

        Assert.Contains("System.Diagnostics.Process does not describe a token", result.Error.Exception.Message);
        Assert.Equal(before, Sandbox.Count().Writes);
    }

    // PowerShell reads such an id as a number.
    [Theory]
    [InlineData("5e0000000000000000000002")]
    [InlineData("'5e0000000000000000000002'")]
    public void TokenParameter_IdThatReadsAsANumber_IsBoundAsText(string id)
    {
        Run($"Remove-ApiToken -Id {id} -Connection wegnology -WhatIf").ShouldSucceed();

        Assert.Contains("5e0000000000000000000002", Session.Host.Text);
    }

    private PSObject[] NewTokens(int count, string connection) => [.. Enumerable.Range(0, count).Select(_ => NewToken(connection))];
}
