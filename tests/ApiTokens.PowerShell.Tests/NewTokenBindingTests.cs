using System.Collections;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Rows as pipeline input of New-ApiToken. tests/Pester/Binding.Tests.ps1 tests CSV files.</summary>
public sealed class NewTokenBindingTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Fact]
    public void NewApiToken_RowWithBlankConnection_UsesTheNewestConnection()
    {
        string newest = Sandbox.Services()[^1].Text("Service");
        Assert.Equal(newest, Single("Get-ApiTokenService | Where-Object IsDefault").Text("Name"));
        var columns = new Hashtable(ServiceCase.Of(newest).Issue) { ["Connection"] = string.Empty, ["Name"] = "blank" };
        Assert.Equal(newest, Single("param($Columns) [pscustomobject]$Columns | New-ApiToken", columns).Text("Connection"));
    }

    [Fact]
    public void NewApiToken_InvalidRow_IsReportedByNameAndTheOthersAreIssued()
    {
        RunResult result = Run(
            """
            [pscustomobject]@{ Name = 'good-1'; Role = 'Users'; ExpiresIn = '30d' },
            [pscustomobject]@{ Name = 'bad'; Role = 'Kings' },
            [pscustomobject]@{ Name = 'good-2'; Role = 'Users'; ExpiresIn = '30d' } | New-ApiToken -Connection gcore
            """);
        Assert.Equal(["good-1", "good-2"], result.Output.Texts("Name").Order());
        ErrorRecord error = result.ShouldFail("InvalidRole");
        Assert.Equal("bad", error.TargetObject);
        Assert.StartsWith("'bad': ", error.ToString());
    }

    [Fact]
    public void NewApiToken_RowOfUnknownConnection_IsRefusedAndTheOthersAreIssued()
    {
        RunResult result = Run(
            """
            [pscustomobject]@{ Connection = 'gcore'; Name = 'here'; Role = 'Users'; ExpiresIn = '30d' },
            [pscustomobject]@{ Connection = 'nowhere'; Name = 'lost'; Role = 'Users'; ExpiresIn = '30d' } | New-ApiToken
            """);
        Assert.Equal("here", result.Single.Text("Name"));
        result.ShouldFail("ConnectionNotFound");
    }

    [Fact]
    public void NewApiToken_SeveralConnections_IsRefused() =>
        AssertRefused("AmbiguousConnection", "New-ApiToken -Connection devo, gcore -Name both");
}
