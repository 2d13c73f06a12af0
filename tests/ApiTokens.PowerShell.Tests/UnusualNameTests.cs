using System.Text.RegularExpressions;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>
/// Names with a special meaning in a shell, path or pattern reach the service unchanged, or are rejected before any request.
/// </summary>
public sealed partial class UnusualNameTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private const string RightToLeftOverride = "\u202E";

    private static readonly string[] Names =
    [
        "[a-z]*", "*", "?", "ci[1]", "a`*b", "``", "`", "a]", "]", "{a,b}", "!x", "(a|b)", "a\\b", "it's", "\"quoted\"", "a, b", "a;b",
        "$(Get-Date)", "${env:HOME}", "@{a=1}", "-Force", "-1",
        "../../tokens", "%2f..%2f", "..", "?page=1&perPage=1", "#", "<b>", "null", "true", "42", "5e00000000000000000000aa",
        "at_0123456789abcdefghij", " leading", "trailing ", "Only-Case", "only-case",
        "a\u2019b", $"gpj.{RightToLeftOverride}exe", "\U0001F600\U0001F469\u200D\U0001F469", "e\u0301", "\u00E9", "\u0130", "\u0131",
        "\uFEFFa", "\u202Fa", new('n', 255),
    ];

    public static TheoryData<string, string, string> TokenCommands => new()
    {
        { "Remove-ApiToken", "", "devo" },
        { "Reset-ApiToken", "", "devo" },
        { "Disable-ApiToken", "", "devo" },
        { "Enable-ApiToken", "", "devo" },
        { "Rename-ApiToken", "-NewName x", "devo" },
        { "Set-ApiToken", "-Description x", "wegnology" },
    };

    [Theory]
    [ClassData(typeof(EachService))]
    public void Name_Unusual_IsListedFoundRenamedAndRemovedUnchanged(string connection) => Assert.All(Names, name =>
    {
        PSObject token = NewToken(connection, name);
        Assert.Equal(name, token.Text("Name"));
        Assert.Equal(name, Read(token).Text("Name"));

        IReadOnlyList<PSObject> found = Output(
            "param($Connection, $Name) Get-ApiToken -Connection $Connection -Name $Name", connection, Escape(name));
        Assert.Contains(token.Text("Id"), found.Texts("Id"));
        Assert.All(found.Texts("Name"), other => Assert.Equal(name, other, ignoreCase: true));

        if (ServiceCase.Of(connection).Rename)
        {
            string renamed = $"r{name}"[..Math.Min(255, name.Length + 1)];
            Assert.Empty(Output("param($Token, $Name) $Token | Rename-ApiToken -NewName $Name", token, renamed));
            Assert.Equal(renamed, Read(token).Text("Name"));
            Assert.Empty(
                Output(
                    "param($Connection, $Old, $New) [pscustomobject]@{ Connection = $Connection; Name = $Old; NewName = $New } | "
                        + "Rename-ApiToken",
                    connection,
                    renamed,
                    name));
            Assert.Equal(name, Read(token).Text("Name"));
        }

        // If the name could be an id or a pattern, use the token itself.
        Assert.Empty(MayMeanAnother().IsMatch(name)
            ? Output("param($Token) $Token | Remove-ApiToken", token)
            : Output("param($Name, $Connection) Remove-ApiToken $Name -Connection $Connection", name, connection));
        Assert.False(Sandbox.Accepts(token));
    });

    [Theory]
    [ClassData(typeof(EachService))]
    public void Name_TwoThatDifferInCaseOnly_RemovesTheOneThatIsGiven(string connection)
    {
        PSObject lower = NewToken(connection, "strasse-case");
        PSObject upper = NewToken(connection, "STRASSE-case");

        Output("param($Connection) Remove-ApiToken 'STRASSE-case' -Connection $Connection", connection);
        Assert.True(Sandbox.Accepts(lower));
        Assert.False(Sandbox.Accepts(upper));

        // Now only one name matches, in any case.
        Output("param($Connection) Remove-ApiToken 'Strasse-CASE' -Connection $Connection", connection);
        Assert.False(Sandbox.Accepts(lower));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Name_ThatCannotBeTyped_IsRefusedBeforeAnyRequest(string connection) =>
        Assert.All(["\r\n", "\n", "\t", "\0", "\u001B", "\u0085", "\uD800", "   ", new string('n', 32768)], name =>
        {
            int before = Sandbox.Count().Total;
            Run(
                "param($Connection, $Name, $More) New-ApiToken -Connection $Connection -Name $Name @More",
                connection,
                name,
                ServiceCase.Of(connection).Issue).ShouldFail("InvalidName");
            Assert.Equal(before, Sandbox.Count().Total);
        });

    [Theory]
    [InlineData("a`]")]
    [InlineData("a``b")]
    [InlineData("`[x`]")]
    [InlineData("`*")]
    public void GetByName_EscapedName_IsReportedWhileMissingAndFoundOnceThere(string escaped)
    {
        const string get = "param($Name) Get-ApiToken -Connection gcore -Name $Name";
        Run(get, escaped).ShouldFail("ObjectNotFound");

        PSObject token = NewToken("gcore", Regex.Replace(escaped, "`(.)", "$1"));
        Assert.Equal(token.Text("Id"), Single(get, escaped).Text("Id"));
        Output("param($Token) $Token | Remove-ApiToken", token);
    }

    [Fact]
    public void GetByName_RangeInReverse_IsRefusedBeforeAnyRequest()
    {
        int before = Sandbox.Count().Total;
        Run("Get-ApiToken -Name '[z-a]'").ShouldFail("InvalidName");
        Assert.Equal(before, Sandbox.Count().Total);
    }

    [Fact]
    public void GetByName_ManyNamesOrALongPattern_FindsNothing()
    {
        string[] many = [.. Enumerable.Range(1, 5000).Select(number => $"no-{number}*")];
        string longPattern = string.Concat(Enumerable.Repeat("*a", 16384)) + "*";
        Assert.Empty(Output("param($Names) Get-ApiToken -Connection gcore -Name $Names", (object)many));
        Assert.Empty(Output("param($Pattern) Get-ApiToken -Connection gcore -Name $Pattern", longPattern));
    }

    [Theory]
    [MemberData(nameof(TokenCommands))]
    public void Wildcard_ForEveryToken_IsRefusedBeforeAnyRequest(string command, string parameters, string connection)
    {
        Assert.All(["*", "**"], name =>
        {
            string byParameter = $"param($Name, $Connection) {command} $Name -Connection $Connection {parameters}";
            int before = Sandbox.Count().Total;
            ErrorRecord error = AssertRefused("WildcardNotAllowed", byParameter, name, connection);
            AssertRefused(
                "WildcardNotAllowed",
                $"param($Name, $Connection) [pscustomobject]@{{ Connection = $Connection; Name = $Name }} | {command} {parameters}",
                name,
                connection);
            Assert.Equal(before, Sandbox.Count().Total);
            Assert.Contains($"Get-ApiToken -Name '*' -Connection {connection} | {command}", error.Advice());
        });
    }

    [Fact]
    public void Wildcard_AsTheNameOfATokenWhoseIdIsGiven_IsRemoved()
    {
        PSObject[] tokens = [NewToken("gcore", "*"), NewToken("gcore", "*")];
        Output("param($Id) Remove-ApiToken $Id -Connection gcore", tokens[0].Text("Id"));
        Output("Get-ApiToken -Connection gcore -Name '`*' | Remove-ApiToken");
        Assert.All(tokens, token => Assert.False(Sandbox.Accepts(token)));
    }

    [Fact]
    public void Wildcard_PatternThatIsTheNameOfNoToken_AdvisesGetApiToken()
    {
        ErrorRecord error = Run("Remove-ApiToken 'nightly''-[0-9]*' -Connection gcore").ShouldFail("ObjectNotFound");
        Assert.Equal(
            "Remove-ApiToken matches names exactly and does not support wildcards. "
                + "Use: Get-ApiToken -Name 'nightly''-[0-9]*' -Connection gcore | Remove-ApiToken",
            error.Advice());
    }

    [Fact]
    public void Id_WithACommand_IsRefusedBeforeAnyRequest()
    {
        int before = Sandbox.Count().Total;
        AssertRefused("InvalidId", "[pscustomobject]@{ Connection = 'gcore'; Id = '42; rm -rf ~'; Name = 'x' } | Remove-ApiToken");
        Assert.Equal(before, Sandbox.Count().Total);
    }

    // As PowerShell 7 escapes a pattern, backticks too.
    private static string Escape(string name) => Regex.Replace(name, @"([`*?\[\]])", "`$1");

    [GeneratedRegex(@"^(\*|[0-9]+|[0-9a-f]{24}|at_[0-9a-z]{20})$", RegexOptions.IgnoreCase)]
    private static partial Regex MayMeanAnother();
}
