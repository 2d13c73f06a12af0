using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Token parameters can be specified by each of their aliases.</summary>
public sealed class ParameterAliasTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private static readonly string[] TokenCommands =
    [
        "Disable-ApiToken", "Enable-ApiToken", "Remove-ApiToken", "Rename-ApiToken", "Reset-ApiToken", "Set-ApiToken",
    ];

    public static TheoryData<string, string, bool> TokenAliases
    {
        get
        {
            TheoryData<string, string, bool> cases = [];
            foreach (string command in TokenCommands)
            {
                foreach (string alias in (string[])["Id", "InputObject"])
                {
                    cases.Add(command, alias, true);
                    cases.Add(command, alias, false);
                }
            }

            return cases;
        }
    }

    [Fact]
    public void Aliases_OfTokenParameters_AreThoseThatAreTestedHere()
    {
        IEnumerable<string> aliases = Output(
            """
            foreach ($command in Get-Command -Module ApiTokens -CommandType Cmdlet) {
                foreach ($parameter in $command.Parameters.Values) {
                    if ($parameter.Name -in 'Token', 'InputObject' -and $parameter.ParameterType.Name -ne 'SecureString') {
                        foreach ($alias in $parameter.Aliases) { "$($command.Name) -$alias" }
                    }
                }
            }
            """).Select(alias => alias.ToString());
        IEnumerable<string> tested = TokenCommands.SelectMany(command => (string[])[$"{command} -Id", $"{command} -InputObject"]);
        Assert.Equal([.. tested.Append("Test-ApiToken -InputObject").Append("Save-ApiTokenSecret -Token").Order()], aliases.Order());
    }

    [Theory]
    [MemberData(nameof(TokenAliases))]
    public void TokenParameter_GivenByAlias_MeansThatToken(string command, string alias, bool byId)
    {
        PSObject token = NewToken("wegnology");
        PSObject other = NewToken("wegnology");
        if (command == "Enable-ApiToken")
        {
            Output("param($First, $Second) Disable-ApiToken $First, $Second", token, other);
        }

        string more = command switch
        {
            "Rename-ApiToken" => "-NewName renamed",
            "Set-ApiToken" => "-Description changed",
            _ => string.Empty,
        };
        object value = byId ? token.Text("Id") : token;
        IReadOnlyList<PSObject> output = Output($"param($Value) {command} -{alias} $Value -Connection wegnology {more}", value);

        switch (command)
        {
            case "Disable-ApiToken" or "Remove-ApiToken":
                Assert.Empty(output);
                Assert.False(Sandbox.Accepts(token));
                Assert.True(Sandbox.Accepts(other));
                break;
            case "Enable-ApiToken":
                Assert.Empty(output);
                Assert.True(Sandbox.Accepts(token));
                Assert.False(Sandbox.Accepts(other));
                break;
            case "Reset-ApiToken":
                Assert.True(Sandbox.Accepts(Assert.Single(output)));
                Assert.False(Sandbox.Accepts(token));
                Assert.True(Sandbox.Accepts(other));
                break;
            case "Rename-ApiToken":
                Assert.Equal("renamed", Read(token).Text("Name"));
                Assert.Equal(other.Text("Name"), Read(other).Text("Name"));
                break;
            default:
                Assert.Equal("changed", Read(token).Text("Description"));
                Assert.Empty(Read(other).Text("Description"));
                break;
        }
    }

    [Fact]
    public void TestApiToken_TokenGivenAsInputObject_FindsTheSame()
    {
        PSObject token = NewToken("gcore", with: new() { ["ExpiresIn"] = "3d" });
        IReadOnlyList<PSObject> expected = Output("param($Token) Test-ApiToken -Token $Token", token);
        IReadOnlyList<PSObject> found = Output("param($Token) Test-ApiToken -InputObject $Token", token);
        Assert.Contains("ExpiringSoon", found.Texts("RuleId"));
        Assert.Equal(expected.Texts("RuleId"), found.Texts("RuleId"));
        Assert.All(found, finding => Assert.Equal(token.Text("Id"), finding.Text("Id")));
    }

    [Fact]
    public void SaveApiTokenSecret_TokenGivenAsToken_SavesItsSecret()
    {
        PSObject token = NewToken("gcore");
        string path = NewPath(".txt");
        Assert.Empty(Output("param($Token, $Path) Save-ApiTokenSecret -Token $Token -Path $Path", token, path));
        Assert.Equal(token.Secret(), File.ReadAllText(path).TrimEnd());
    }
}
