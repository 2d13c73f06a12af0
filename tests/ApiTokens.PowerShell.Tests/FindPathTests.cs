using System.Text;
using System.Text.Json;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Find-ApiToken -Path: the formats and encodings of files with leaked secrets.</summary>
public sealed class FindPathTests : CmdletTest
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly PSObject[] _tokens;
    private readonly string[] _secrets;

    public FindPathTests(SandboxFixture fixture)
        : base(fixture)
    {
        _tokens = [NewToken("devo", with: new() { ["User"] = "admin@example.com" }), NewToken("wegnology"), NewToken("gcore")];
        _secrets = [.. _tokens.Select(token => token.Secret())];
    }

    [Theory]
    [InlineData("quoted and assigned values")]
    [InlineData("JSON of gitleaks")]
    [InlineData("lines of JSON of trufflehog")]
    [InlineData("CSV")]
    [InlineData("a list with Windows line ends")]
    public void Find_FileOfAKnownForm_FindsTheTokens(string form)
    {
        string[] lines = form switch
        {
            "quoted and assigned values" =>
                [$"export TOKEN='{_secrets[0]}'", $"Authorization: Bearer {_secrets[1]}", $"password = \"{_secrets[2]}\"; # end"],
            "JSON of gitleaks" =>
            [
                JsonSerializer.Serialize(
                    _secrets.Select(
                        secret => new
                        {
                            RuleID = "generic-api-key",
                            Commit = new string('a', 40),
                            StartLine = 3,
                            Secret = secret,
                            Match = $"token={secret}",
                            Tags = Array.Empty<string>(),
                        }),
                    Indented),
            ],
            "lines of JSON of trufflehog" =>
            [
                .. _secrets.Select(
                    secret => JsonSerializer.Serialize(new { DetectorName = "x", Raw = secret, RawV2 = "", Verified = false })),
            ],
            "CSV" => ["rule,line,secret", .. _secrets.Select(secret => $"generic,12,{secret}")],
            _ => [string.Join("\r\n", _secrets)],
        };

        Assert.Equal(_tokens.Texts("Id").Order(), Output("param($Path) Find-ApiToken -Path $Path", NewFile(lines)).Texts("Id").Order());
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    public void Find_FileWithAByteOrderMark_IsReadInItsEncoding(string encoding)
    {
        string file = NewPath(".txt");
        File.WriteAllLines(file, _secrets, Encoding.GetEncoding(encoding));
        Assert.Equal(
            Encoding.GetEncoding(encoding).GetPreamble(),
            File.ReadAllBytes(file).Take(Encoding.GetEncoding(encoding).GetPreamble().Length));
        Assert.Equal(_tokens.Texts("Id").Order(), Output("param($Path) Find-ApiToken -Path $Path", file).Texts("Id").Order());
    }

    [Fact]
    public void Find_Utf16WithoutAByteOrderMark_IsRead()
    {
        string file = NewPath(".txt");
        File.WriteAllBytes(file, Encoding.Unicode.GetBytes(string.Join("\r\n", _secrets)));
        Assert.Equal(_tokens.Texts("Id").Order(), Output("param($Path) Find-ApiToken -Path $Path", file).Texts("Id").Order());
    }

    [Fact]
    public void Find_OlderGcoreSecret_IsFoundWithItsDollarSignEscapedOrNot()
    {
        string older = _secrets[2].Replace('_', '$');
        string escaped = "{\"Raw\":\"" + older.Replace("$", "\\u0024") + "\"}";
        Assert.All(new[] { older, escaped }, text =>
            Assert.Equal(_tokens[2].Text("Id"), Single("param($Path) Find-ApiToken -Path $Path", NewFile(text)).Text("Id")));
    }

    [Fact]
    public void Find_TextsOfNoToken_NamesTheirLinesAndLeavesOtherTextAlone()
    {
        string file = NewFile(
            "some prose that is no secret", "", "hunter2", ServiceCase.Of("gcore").UnknownSecret, "{", "  \"Line\": 3,", "}", _secrets[2]);
        RunResult result = Run("param($Path) Find-ApiToken -Path $Path", file);
        Assert.Equal(["3", "4"], result.Errors.Select(error => ((string)error.TargetObject).Split(':')[^1]));
        Assert.DoesNotContain("hunter2", result.Errors[0].Exception.Message);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("a folder")]
    [InlineData("no text")]
    public void Find_PathThatCannotBeRead_Fails(string problem)
    {
        string path = problem == "a folder" ? Folder : NewPath(".bin");
        if (problem == "no text")
        {
            File.WriteAllBytes(path, [.. Enumerable.Range(0, 256).Select(value => (byte)value)]);
        }

        AssertRefused("InvalidPath", "param($Path) Find-ApiToken -Path $Path", path);
    }

    [Fact]
    public void Find_EmptyFile_WritesNothing()
    {
        string file = NewPath(".txt");
        File.WriteAllBytes(file, []);
        Assert.Empty(Output("param($Path) Find-ApiToken -Path $Path", file));
    }

    private string NewFile(params string[] lines)
    {
        string file = NewPath(".txt");
        File.WriteAllLines(file, lines);
        return file;
    }
}
