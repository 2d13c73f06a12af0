using System.Text.Json;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Report;

/// <summary>Export-ApiTokenReport: its pipeline input, the four formats, and the file.</summary>
public sealed class ReportTests : CmdletTest
{
    private readonly IReadOnlyList<PSObject> _tokens;

    public ReportTests(SandboxFixture fixture)
        : base(fixture)
    {
        _tokens = Output("Get-ApiToken -Connection *");
    }

    [Theory]
    [InlineData(".html", "<!doctype html>")]
    [InlineData(".csv", "\"Service\",\"Account\"")]
    [InlineData(".json", "{")]
    [InlineData(".md", "# API tokens")]
    [InlineData(".prom", "# TYPE apitokens_")]
    public void Export_Extension_ChoosesTheFormat(string extension, string start)
    {
        string text = Export(extension, [.. _tokens, .. _tokens.Select(token => Finding(token))]);
        Assert.StartsWith(start, text, StringComparison.OrdinalIgnoreCase);
        Assert.NotEmpty(_tokens);
        Assert.All(
            _tokens.Where(token => extension != ".prom" || token.Time("ExpiresAt") is not null),
            token => Assert.Contains(token.Text("Id"), text));
    }

    [Fact]
    public void Export_UnknownExtension_EndsWithAnErrorThatNamesTheKnownOnes()
    {
        RunResult result = Run("param($Path, $Tokens) $Tokens | Export-ApiTokenReport $Path", NewPath(".xlsx"), _tokens);
        Assert.Same(result.Terminating, result.ShouldFail("InvalidPath"));
        Assert.Contains(".html, .csv, .json, .md, .prom", result.Error.Advice());
    }

    [Fact]
    public void Export_Json_HasTheTitleTokensFindingsAndMomentsOfUtc()
    {
        PSObject token = _tokens.First(token => token.Time("ExpiresAt") is not null);
        JsonElement report = ExportJson([token, Finding(token, severity: "Error")], "-Title \"Jo's\"");
        Assert.Equal("Jo's", report.GetProperty("title").GetString());
        JsonElement written = Assert.Single(report.GetProperty("tokens").EnumerateArray());
        Assert.Equal(token.Time("ExpiresAt")!.Value.UtcDateTime, written.GetProperty("expiresAt").GetDateTimeOffset().UtcDateTime);
        Assert.Equal("Error", report.GetProperty("findings")[0].GetProperty("severity").GetString());
    }

    [Fact]
    public void Export_TokensAndFindingsOfTheSameToken_WritesEachTokenOnce()
    {
        JsonElement report = ExportJson([_tokens[0], _tokens[0], Finding(_tokens[0]), Finding(_tokens[1])]);
        Assert.Equal(
            new[] { _tokens[0].Text("Id"), _tokens[1].Text("Id") }.Order(StringComparer.Ordinal),
            Values(report, "id").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Export_DeserializedTokens_WritesTheSame()
    {
        JsonElement direct = ExportJson(_tokens);
        JsonElement through = ExportJson(Output(
            """
            param($Tokens)
            $clixml = [System.Management.Automation.PSSerializer]::Serialize($Tokens, 1)
            [System.Management.Automation.PSSerializer]::Deserialize($clixml)
            """,
            [_tokens.ToArray()]));
        Assert.Equal(_tokens.Count, direct.GetProperty("tokens").GetArrayLength());
        Assert.Equal(direct.GetProperty("tokens").GetArrayLength(), through.GetProperty("tokens").GetArrayLength());
        Assert.All(
            new[] { "service", "account", "connection", "id", "name", "status", "owner", "permissions", "createdAt", "expiresAt" },
            property =>
            {
                Assert.Contains(Values(direct, property), value => value is not ("missing" or ""));
                Assert.Equal(Values(direct, property), Values(through, property));
            });
    }

    [Fact]
    public void Export_NoInput_WritesAReportThatSaysSo()
    {
        string path = NewPath(".md");
        Assert.Empty(Output("param($Path) @() | Export-ApiTokenReport $Path", path));
        Assert.Contains("This report has no tokens", File.ReadAllText(path));
        Run("param($Path) Export-ApiTokenReport $Path", path).ShouldSucceed();
        Run("param($Path) $null | Export-ApiTokenReport $Path", path).ShouldSucceed();
    }

    [Fact]
    public void Export_InputThatIsNeitherTokenNorFinding_WritesErrorsAndTheOthers()
    {
        string path = NewPath(".json");
        RunResult result = Run(
            "param($Path, $Token, $Finding) 'text', $Token, [datetime]::UtcNow, $Finding | Export-ApiTokenReport $Path",
            path, _tokens[0], Finding(_tokens[0], severity: "Awful"));
        Assert.Equal(
            Enumerable.Repeat("InvalidInputObject,ApiTokens.PowerShell.Commands.ExportApiTokenReportCommand", 3),
            result.Errors.Select(error => error.FullyQualifiedErrorId));
        Assert.Equal([_tokens[0].Text("Id")], Values(Json(path), "id"));
    }

    [Theory]
    [InlineData(".html")]
    [InlineData(".csv")]
    [InlineData(".json")]
    [InlineData(".md")]
    public void Export_IssuedToken_DropsItsSecret(string extension)
    {
        PSObject issued = NewToken("gcore", with: new() { ["AsPlainText"] = true });
        string secret = Assert.IsType<string>(issued.Get("Secret"));
        PSObject selected = Copy(issued, "Selected.ApiTokens.IssuedToken");
        Assert.Equal(secret, selected.Text("Secret"));

        string text = Export(extension, [issued, selected]);

        Assert.Contains(issued.Text("Name"), text);
        Assert.NotEmpty(secret);
        Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
    }

    [Fact]
    public void File_NoClobber_KeepsAnExistingFile()
    {
        string path = NewPath(".md");
        File.WriteAllText(path, "before");
        RunResult result = Run("param($Path, $Tokens) $Tokens | Export-ApiTokenReport $Path -NoClobber", path, _tokens);
        Assert.Equal("ReportExists", result.Terminating?.Id());
        Assert.Equal("before", File.ReadAllText(path));
    }

    [Fact]
    public void File_Exists_IsReplacedAndWrittenToThePipelineWithPassThru()
    {
        string path = NewPath(".md");
        File.WriteAllText(path, "before");
        PSObject file = Single("param($Path, $Tokens) $Tokens | Export-ApiTokenReport $Path -PassThru", path, _tokens);
        Assert.Equal(path, Assert.IsType<FileInfo>(file.BaseObject).FullName);
        Assert.Equal("# API tokens", File.ReadLines(path).First());
    }

    [Fact]
    public void File_WhatIf_IsNotWritten()
    {
        string path = NewPath(".html");
        Run("param($Path, $Tokens) $Tokens | Export-ApiTokenReport $Path -WhatIf", path, _tokens).ShouldSucceed();
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void File_PipelineFailsBeforeItsEnd_IsKept()
    {
        string path = NewPath(".md");
        File.WriteAllText(path, "before");
        RunResult result = Run("param($Path, $Tokens) & { $Tokens; throw 'no more' } | Export-ApiTokenReport $Path", path, _tokens);
        Assert.Equal("no more", result.Terminating?.Exception.Message);
        Assert.Equal("before", File.ReadAllText(path));
        Assert.Empty(Directory.GetFiles(Folder, "*.tmp", new EnumerationOptions { AttributesToSkip = 0 }));
    }

    [Fact]
    public void File_RelativePath_IsFoundFromTheCurrentLocation()
    {
        PSObject file = Single(
            """
            param($Folder, $Tokens)
            $path = $ExecutionContext.SessionState.Path
            $before = $path.CurrentLocation.Path
            $null = $path.SetLocation($Folder)
            try { $Tokens | Export-ApiTokenReport 'a [1] b.csv' -PassThru } finally { $null = $path.SetLocation($before) }
            """,
            Folder, _tokens);
        Assert.Equal(Path.Combine(Folder, "a [1] b.csv"), file.Text("FullName"));
        Assert.True(File.Exists(file.Text("FullName")));
    }

    [Fact]
    public void File_FolderDoesNotExist_EndsWithAnError()
    {
        RunResult result = Run("param($Path) Export-ApiTokenReport $Path", Path.Combine(Folder, "missing", "a.csv"));
        Assert.Equal("ReportFolderNotFound", result.Terminating?.Id());
    }

    private static string[] Values(JsonElement report, string property) =>
        [
            .. report.GetProperty("tokens")
                .EnumerateArray()
                .Select(token => token.TryGetProperty(property, out JsonElement value) ? value.ToString() : "missing"),
        ];

    // A finding about a token, as another program could create it.
    private static PSObject Finding(PSObject token, string severity = "Warning")
    {
        var finding = new PSObject();
        (string Name, object? Value)[] properties =
        [
            ("RuleId", "NeverExpires"), ("Severity", severity), ("Service", token.Text("Service")), ("Account", token.Text("Account")),
            ("Connection", token.Text("Connection")), ("Id", token.Text("Id")), ("Name", token.Text("Name")),
            ("Message", $"The token {token} was looked at."), ("RecommendedAction", "Look again."), ("Token", token),
        ];
        foreach ((string name, object? value) in properties)
        {
            finding.Properties.Add(new PSNoteProperty(name, value));
        }

        return finding;
    }

    // An object with the same properties, as Select-Object * creates it.
    private static PSObject Copy(PSObject value, string typeName)
    {
        var copy = new PSObject();
        foreach (PSPropertyInfo property in value.Properties)
        {
            copy.Properties.Add(new PSNoteProperty(property.Name, property.Value));
        }

        copy.TypeNames.Insert(0, typeName);
        return copy;
    }

    private static JsonElement Json(string path) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(path));

    private string Export(string extension, IEnumerable<PSObject> input, string parameters = "")
    {
        string path = NewPath(extension);
        Assert.Empty(Output($"param($Path, $Objects) $Objects | Export-ApiTokenReport $Path {parameters}", path, input.ToArray()));
        return File.ReadAllText(path);
    }

    private JsonElement ExportJson(IEnumerable<PSObject> input, string parameters = "") =>
        JsonSerializer.Deserialize<JsonElement>(Export(".json", input, parameters));
}
