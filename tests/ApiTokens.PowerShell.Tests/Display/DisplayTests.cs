using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Display;

/// <summary>The views of the module's objects, on consoles with 80 and 120 columns.</summary>
public sealed class DisplayTests : CmdletTest, IClassFixture<ListViewFixture>
{
    private const string AllTokens = "Get-ApiToken -Connection *";
    private const string NewPlainTextToken = "New-ApiToken -Connection gcore -Name plain -Role Engineers -ExpiresIn 30d -AsPlainText";
    private const string NewIssuedToken = "New-ApiToken -Connection gcore -Name shown -Role Engineers -ExpiresIn 30d";

    private const string ShownJournal =
        "$journal = [System.IO.Path]::GetTempFileName(); [System.IO.File]::Delete($journal); "
            + "try { $null = New-ApiToken -Connection gcore -Name shown -Role Engineers -ExpiresIn 30d -JournalPath $journal; "
            + "Get-ApiTokenJournal $journal } finally { [System.IO.File]::Delete($journal) }";

    // The expected output by the name of the view.
    private static readonly Dictionary<string, string> Tables = new()
    {
        ["ApiToken"] = AllTokens,
        ["IssuedToken"] = NewIssuedToken,
        ["FoundToken"] = $"{NewIssuedToken} | Find-ApiToken -WarningAction Ignore",
        ["TokenConnection"] = "Get-ApiTokenService",
        ["TokenFinding"] = "Get-ApiToken -Connection * | Test-ApiToken",
        ["JournalRecord"] = ShownJournal,
        ["TokenChange"] = "Compare-ApiToken -ReferenceObject @()",
        ["TokenPermission"] = "Get-ApiTokenPermission -Connection wegnology",
        ["TokenUser"] = "Get-ApiTokenUser -Connection application-users",
        ["ApiTokenSandbox"] = "Get-ApiTokenSandbox",
        ["ApiTokenSandboxPerson"] = "(Get-ApiTokenSandbox).Services.People",
        ["ApiTokenSandboxService"] = "(Get-ApiTokenSandbox).Services",
    };

    private static readonly Dictionary<string, string> Lists = new()
    {
        ["ApiToken"] = AllTokens,
        ["IssuedToken"] = NewIssuedToken,
        ["FoundToken"] = $"{NewIssuedToken} | Find-ApiToken -WarningAction Ignore",
        ["PlainTextToken"] = NewPlainTextToken,
    };

    private readonly ListViewFixture _lists;
    private readonly IReadOnlyList<PSObject> _tokens;

    public DisplayTests(SandboxFixture fixture, ListViewFixture lists)
        : base(fixture)
    {
        _lists = lists;
        _tokens = Output(AllTokens);
    }

    public static TheoryData<string, int> TablesAndWidths => WithWidths(Tables.Keys);

    public static TheoryData<string, int> ListsAndWidths => WithWidths(Lists.Keys);

    [Fact]
    public void Views_OfTheFormatFile_AreAllTested()
    {
        // Format-Table, which selects a view by name, is not in the engine. Pester tests the other views.
        Assert.Equal(Names("TableControl"), Tables.Keys.Concat(["Flat", "Wide"]).Order(StringComparer.Ordinal));
        Assert.Equal(Names("ListControl"), Lists.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Tables.Count + Lists.Count + 2, Views().Count());

        static IEnumerable<string> Names(string control) =>
            Views()
                .Where(view => view.Element(control) is not null)
                .Select(view => view.Element("Name")!.Value)
                .Order(StringComparer.Ordinal);
    }

    [Theory]
    [MemberData(nameof(TablesAndWidths))]
    public void Table_AnyView_FitsTheConsole(string view, int width)
    {
        IReadOnlyList<string> lines = Session.Show(width, Tables[view]);
        Assert.True(lines.Count > 2, $"There are {lines.Count} lines.");
        AssertFits(width, lines);
        string[] labels =
        [
            .. Views()
                .Single(known => known.Element("Name")!.Value == view && known.Element("TableControl") is not null)
                .Descendants("TableColumnHeader")
                .Select(header => header.Element("Label")!.Value),
        ];
        Assert.Equal(labels, Words(lines.First(line => !line.Contains("Connection: ", StringComparison.Ordinal))));
    }

    [Theory]
    [MemberData(nameof(ListsAndWidths))]
    public void List_AnyView_FitsTheConsoleAndHasAllLabels(string view, int width)
    {
        IReadOnlyList<PSObject> shown = Output(Lists[view]);
        IReadOnlyList<string> lines = _lists.Session.Show(width, "param($Object) $Object", shown[0]);
        AssertFits(width, lines);
        string[] labels =
        [
            .. Views()
                .Single(known => known.Element("Name")!.Value == view && known.Element("ListControl") is not null)
                .Descendants("ListItem")
                .Select(item => (item.Element("Label") ?? item.Element("PropertyName"))!.Value),
        ];
        Assert.NotEmpty(labels);
        Assert.Equal(labels, lines.Where(line => !line.StartsWith(' ')).Select(line => line.Split(':')[0].TrimEnd()));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void TokenTable_AnyWidth_ShowsEachConnectionOnceAndEachIdWhole(int width)
    {
        IReadOnlyList<string> lines = Session.Show(width, "param($Tokens) $Tokens", _tokens);
        AssertFits(width, lines);
        Assert.All(ServiceCase.All, service => Assert.Single(
            lines, line => line.StartsWith($"   Connection: {service.Connection} ({service.Service} ", StringComparison.Ordinal)));
        Assert.Equal(["Name", "Status", "Expires", "Owner", "Permissions", "Id"], Words(lines[1]));
        Assert.NotEmpty(_tokens);
        Assert.All(_tokens, token => Assert.Contains(lines, line => line.Contains(token.Text("Id"), StringComparison.OrdinalIgnoreCase)));
    }

    [Theory]
    [InlineData("in 5 d", 121.0)]
    [InlineData("in 23 h", 23.9)]
    [InlineData("in 9 min", 0.16)]
    [InlineData("3 h ago", -3.1)]
    [InlineData("400 d ago", -9601.0)]
    [InlineData("never", null)]
    public void Expiry_Moment_IsRelativeToNow(string expected, double? hours) =>
        Assert.Equal(expected, Regex.Replace(Expiry(hours), @"\e\[[\d;]*m", string.Empty));

    [Fact]
    public void Expiry_ExpiredAndNear_AreRedAndYellow()
    {
        string red = Session.Value<string>("$PSStyle.Foreground.Red");
        string yellow = Session.Value<string>("$PSStyle.Foreground.Yellow");
        string reset = Session.Value<string>("$PSStyle.Reset");
        Assert.All(new[] { red, yellow, reset }, style => Assert.StartsWith("\u001B[", style));
        Assert.Equal($"{red}1 h ago{reset}", Expiry(-1));
        Assert.Equal($"{yellow}in 3 d{reset}", Expiry(3.1 * 24));
        Assert.Equal("in 8 d", Expiry(8.1 * 24));
        Assert.Equal("1 h ago", Expiry(-1, "Revoked"));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void TokenTable_NameWithControlCharacters_ShowsTheirCodes(int width)
    {
        IReadOnlyList<string> lines = Session.Show(width, "param($Token) $Token", TokenWith(("Name", "a\u001B[2Jb\u202Ec")));
        Assert.Contains("a[U+001B][2Jb[U+202E]c", string.Concat(lines), StringComparison.Ordinal);
        Assert.DoesNotContain("\u001B[2J", Session.Host.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202E", Session.Host.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Name")]
    [InlineData("Id")]
    [InlineData("Owner")]
    [InlineData("Issuer")]
    [InlineData("Account")]
    [InlineData("Connection")]
    [InlineData("Description")]
    [InlineData("Scope")]
    public void TokenViews_EscapeSequencesOrSecretInField_ShowNeither(string field)
    {
        const string Secret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
        PSObject token = TokenWith((field, $"\u001B]8;;x\u0007\u202Eb {Secret}"));
        Session.Show(120, "param($Token) $Token", token);
        _lists.Session.Show(120, "param($Token) $Token", token);
        string text = Session.Host.Text + _lists.Session.Host.Text;
        Assert.Contains("[U+001B]", text, StringComparison.Ordinal);
        Assert.Equal(-1, text.IndexOfAny(['\u0007', '\u202E']));
        Assert.DoesNotContain("\u001B]", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void TokenList_TokenWithAccessAndExpiry_ShowsPermissionsAndMoments(int width)
    {
        PSObject token = _tokens.First(token => token.Get("Access") is not null && token.Time("ExpiresAt") is not null);
        IReadOnlyList<string> lines = _lists.Session.Show(width, "param($Token) $Token", token);
        AssertFits(width, lines);
        Assert.Single(lines, line => Regex.IsMatch(line, @"^Permissions\s+: \S"));
        Assert.Single(lines, line => Regex.IsMatch(line, @"^ExpiresAt\s+: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d \((in|\d).*\)"));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void IssuedTokenList_Secret_IsShownAsItsType(int width)
    {
        PSObject issued = NewToken("gcore");
        IReadOnlyList<string> lines = _lists.Session.Show(width, "param($Token) $Token", issued);
        Assert.Contains("System.Security.SecureString", string.Join('\n', lines));
        Assert.DoesNotContain(issued.Secret(), _lists.Session.Host.Text, StringComparison.Ordinal);
        AssertFits(width, lines);
    }

    [Fact]
    public void IssuedTokenTable_120Columns_ShowsTheSecretAsItsType()
    {
        PSObject issued = NewToken("gcore");
        IReadOnlyList<string> lines = Session.Show(120, "param($Token) $Token", issued);
        Assert.Contains("SecureString", string.Join('\n', lines));
        Assert.DoesNotContain(issued.Secret(), Session.Host.Text, StringComparison.Ordinal);
        AssertFits(120, lines);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void FindingTable_LongMessage_BreaksBetweenWords(int width)
    {
        IReadOnlyList<PSObject> findings = Output("Get-ApiToken -Connection devo | Test-ApiToken");
        IReadOnlyList<string> lines = Session.Show(width, "param($Findings) $Findings", findings);
        AssertFits(width, lines);
        string words = string.Join(' ', lines.Skip(2).Select(line => line.Split("  ")[^1].Trim()));
        Assert.Contains("The permissions of the token 'administrator' (1) are too broad:", words);
    }

    [Fact]
    public void Expiry_JustIssuedFor90Days_Is90Days()
    {
        PSObject token = NewToken("gcore", with: new() { ["ExpiresIn"] = "90d" });
        Assert.Contains("in 90 d", string.Join('\n', Session.Show(80, "param($Token) $Token", token)));
    }

    private static TheoryData<string, int> WithWidths(IEnumerable<string> views)
    {
        var data = new TheoryData<string, int>();
        foreach (string view in views)
        {
            data.Add(view, 80);
            data.Add(view, 120);
        }

        return data;
    }

    private static IEnumerable<XElement> Views() => XDocument.Load(ListViewFixture.FormatFile).Descendants("View");

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static void AssertFits(int width, IReadOnlyList<string> lines)
    {
        Assert.NotEmpty(lines);
        Assert.All(
            lines, line => Assert.True(line.Length <= width, $"{line.Length.ToString(CultureInfo.InvariantCulture)} columns: {line}"));
    }

    private string Expiry(double? hours, string status = "Active")
    {
        DateTimeOffset? moment = hours is { } known ? DateTimeOffset.UtcNow.AddHours(known) : null;
        return Session.Value<string>(
            "param($Token) [ApiTokens.PowerShell.Display.TokenDisplay]::ShowExpiry($Token, $ExecutionContext)",
            TokenWith(("ExpiresAt", moment), ("Status", status)));
    }

    // A copy of a token as if read from a file, with other properties.
    private PSObject TokenWith(params (string Name, object? Value)[] with)
    {
        var copy = new PSObject();
        foreach (PSPropertyInfo property in _tokens[0].Properties)
        {
            copy.Properties.Add(new PSNoteProperty(property.Name, property.Value));
        }

        foreach ((string name, object? value) in with)
        {
            copy.Properties[name].Value = value;
        }

        copy.TypeNames.Insert(0, "Deserialized.ApiTokens.ApiToken");
        return copy;
    }
}
