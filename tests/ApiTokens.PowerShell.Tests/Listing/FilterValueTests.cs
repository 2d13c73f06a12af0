using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Listing;

/// <summary>-User, -Issuer, -Role and -Status of Get-ApiToken.</summary>
public sealed class FilterValueTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Theory]
    [InlineData("-User leaver@example.com, ci@example.com", "leaver@example.com", "ci@example.com")]
    [InlineData("-User 'leav*', 'CI@*'", "leaver@example.com", "ci@example.com")]
    [InlineData("-User 'leaver@example.???'", "leaver@example.com")]
    public void Get_SeveralUsersOrPatterns_GivesTokensOfEach(string filter, params string[] owners)
    {
        IReadOnlyList<PSObject> found = Run($"Get-ApiToken -Connection devo {filter}").ShouldSucceed().Output;

        Assert.Equal(owners.Order(), found.Texts("Owner").Distinct().Order());
    }

    [Fact]
    public void Get_IdAsName_RecommendsId()
    {
        ErrorRecord error = Run("Get-ApiToken 7001 -Connection gcore").ShouldFail("ObjectNotFound");
        Assert.Equal("There is no token named '7001'. It can be an id: specify -Id.", error.ToString());
    }

    [Fact]
    public void Get_SeveralRolesOrPatterns_GivesTokensOfEach()
    {
        PSObject engineer = NewToken("gcore", with: new() { ["Role"] = "Engineers" });
        PSObject user = NewToken("gcore", with: new() { ["Role"] = "Users" });

        Assert.Superset(Ids(engineer, user), Ids("Get-ApiToken -Connection gcore -Role Engineers, Users"));
        Assert.Superset(Ids(engineer), Ids("Get-ApiToken -Connection gcore -Role 'Eng*'"));
        Assert.DoesNotContain(user.Text("Id"), Ids("Get-ApiToken -Connection gcore -Role 'Eng*'"));
    }

    [Theory]
    [InlineData("-User nobody, leaver@example.com", "-User 'nobody'")]
    [InlineData("-Issuer nobody@example.com", "-Issuer 'nobody@example.com'")]
    [InlineData("-User 'nobody*'", null)]
    [InlineData("-User leaver@example.com", null)]
    public void Get_UnknownValue_IsAWarning(string filter, string? expected)
    {
        RunResult result = Run($"Get-ApiToken -Connection devo {filter}").ShouldSucceed();

        Assert.Equal(expected is null ? [] : [$"No listed token matches {expected}."], result.Warnings);
    }

    [Fact]
    public void Get_ExpiredTokenOfGcore_IsListedByDefaultAndDeletedOneOnlyOnRequest()
    {
        PSObject removed = NewToken("gcore");
        Run("param($Token) $Token | Remove-ApiToken", removed).ShouldSucceed();

        IReadOnlyList<PSObject> byDefault = Output("Get-ApiToken -Connection gcore");
        Assert.Contains("Expired", byDefault.Texts("Status"));
        Assert.DoesNotContain(removed.Text("Id"), byDefault.Texts("Id"));
        foreach (string status in (string[])["Revoked", "Deleted", "deleted, Expired"])
        {
            Assert.Contains(removed.Text("Id"), Output($"Get-ApiToken -Connection gcore -Status {status}").Texts("Id"));
        }
    }

    private HashSet<string> Ids(string script) => [.. Output(script).Select(token => token.Text("Id")!)];

    private static HashSet<string> Ids(params PSObject[] tokens) => [.. tokens.Select(token => token.Text("Id")!)];
}
