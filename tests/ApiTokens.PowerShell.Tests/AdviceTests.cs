using System.Text.RegularExpressions;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>The commands that errors recommend. Each is run as it is, and does what the error says on its connection.</summary>
public sealed partial class AdviceTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    /// <summary>Commands that fail on a connection and recommend a list of its tokens.</summary>
    public static TheoryData<string, string> CommandsThatRecommendAList
    {
        get
        {
            TheoryData<string, string> cases = [];
            foreach (ServiceCase service in ServiceCase.All)
            {
                cases.Add(service.Connection, "Remove-ApiToken no-such-token");
                cases.Add(service.Connection, $"[pscustomobject] @{{ Id = '{service.UnusedId}x y' }} | Remove-ApiToken");
                cases.Add(service.Connection, "Get-ApiToken -Name no-such-token");
                cases.Add(service.Connection, $"Get-ApiToken -Id {service.UnusedId}");
                cases.Add(service.Connection, "Get-ApiToken -Id 'x y'");
                cases.Add(service.Connection, "Remove-ApiToken 'adm*'");
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(CommandsThatRecommendAList))]
    public void RecommendedList_OfAnError_ListsTheConnectionOfTheError(string connection, string command)
    {
        ErrorRecord error = Run($"{command} -Connection {connection}").Error;

        string list = ListCommand().Match(error.Advice()).Value;
        IReadOnlyList<PSObject> listed = Output(list);
        Assert.NotEmpty(listed);
        Assert.All(listed, token => Assert.Equal(connection, token.Text("Connection")));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void RecommendedCommandForAllTokens_WildcardOfAConnection_TakesOnlyItsTokens(string connection)
    {
        ErrorRecord error = Run(
            "param($Connection) Remove-ApiToken * -Connection $Connection", connection).ShouldFail("WildcardNotAllowed");

        string command = Regex.Match(error.Advice(), @"Get-ApiToken .*Remove-ApiToken").Value;
        RunResult result = Run($"{command} -WhatIf").ShouldSucceed();
        int count = Output("param($Connection) Get-ApiToken -Connection $Connection", connection).Count;
        Assert.Contains($"{count} tokens", Session.Host.Text);
        Assert.DoesNotContain(
            ServiceCase.All.Where(service => service.Connection != connection),
            other => Session.Host.Text.Contains($" on {other.Connection} (", StringComparison.Ordinal));
    }

    [Fact]
    public void RecommendedRemove_OrphanedToken_RemovesIt()
    {
        PSObject token = NewToken("wegnology");
        ErrorRecord error = Run(
            "param($Token) $Token | Reset-ApiToken -Scope All -Vault no-such-vault", token).Error;
        Assert.NotEmpty(error.Advice());

        // The form of the command that errors and warnings use for one token.
        string id = token.Text("Id");
        Run($"Remove-ApiToken -Id {id} -Connection wegnology -Confirm:$false").ShouldSucceed();
        Assert.Equal("ObjectNotFound", Run($"Get-ApiToken -Id {id} -Connection wegnology").Error.Id());
    }

    [Theory]
    [InlineData("New-ApiToken x -Connection wegnology -Scope no.such.scope -ExpiresIn 1d", "Get-ApiTokenPermission")]
    [InlineData("New-ApiToken x -Connection wegnology -ExpiresIn 1d", "Get-ApiTokenPermission")]
    public void RecommendedPermissionList_ScopeError_ListsThePermissionsOfTheConnection(string command, string expected)
    {
        ErrorRecord error = Run(command).Error;
        Match match = Regex.Match(error.Advice(), @"Get-ApiTokenPermission( -Connection \S+)?");
        Assert.StartsWith(expected, match.Value);
        Assert.All(Output(match.Value), permission => Assert.Equal("wegnology", permission.Text("Connection")));
    }

    [GeneratedRegex(@"Get-ApiToken( -Name \S+)?( -Connection [^|.]+)?(?= \||$|\.)")]
    private static partial Regex ListCommand();
}
