using System.Runtime.InteropServices;
using System.Text;
using ApiTokens.Reports;

namespace ApiTokens.Core.Tests.Reports;

public sealed class ReportFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("apitokens-report-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("tokens.pdf")]
    [InlineData("tokens")]
    [InlineData("tokens.html.bak")]
    public void Check_UnknownExtension_ThrowsAndListsSupportedOnes(string name)
    {
        ApiTokenException error = Assert.Throws<ApiTokenException>(() => ReportFile.Check(PathOf(name), noClobber: false, force: false));

        Assert.Equal("InvalidPath", error.ErrorId);
        Assert.Contains(name, error.Message);
        Assert.Contains(".html, .csv, .json, .md", error.RecommendedAction);
    }

    [Theory]
    [InlineData("a.html", "<!doctype html>")]
    [InlineData("a.HTML", "<!doctype html>")]
    [InlineData("a.csv", "\uFEFF\"Service\"")]
    [InlineData("a.json", "{\n")]
    [InlineData("a.md", "# Tokens of Example")]
    public void Write_Extension_SelectsFormat(string name, string start)
    {
        ReportFile.Write(SampleReport.Of([SampleReport.Token()]), PathOf(name));

        Assert.StartsWith(start, Encoding.UTF8.GetString(File.ReadAllBytes(PathOf(name))));
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void Write_FileExists_ReplacesItUnlessNoClobber()
    {
        string path = PathOf("a.md");
        File.WriteAllText(path, "before");

        Assert.Equal(
            "ReportExists", Assert.Throws<ApiTokenException>(() => ReportFile.Write(SampleReport.Of([]), path, noClobber: true)).ErrorId);
        Assert.Equal("before", File.ReadAllText(path));

        ReportFile.Write(SampleReport.Of([]), path);
        Assert.StartsWith("# Tokens", File.ReadAllText(path));
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void Write_ReadOnlyFile_RequiresForce()
    {
        string path = PathOf("a.md");
        File.WriteAllText(path, "before");
        File.SetAttributes(path, FileAttributes.ReadOnly);

        Assert.Equal("ReportNotWritten", Assert.Throws<ApiTokenException>(() => ReportFile.Write(SampleReport.Of([]), path)).ErrorId);
        ReportFile.Write(SampleReport.Of([]), path, force: true);
        Assert.StartsWith("# Tokens", File.ReadAllText(path));
    }

    [Fact]
    public void Write_FileExists_KeepsItsMode()
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            return;
        }

        string path = PathOf("a.md");
        File.WriteAllText(path, "before");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        ReportFile.Write(SampleReport.Of([]), path);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Check_MissingFolder_Throws()
    {
        ApiTokenException error = Assert.Throws<ApiTokenException>(
            () => ReportFile.Check(PathOf("missing/a.md"), noClobber: false, force: false));

        Assert.Equal("ReportFolderNotFound", error.ErrorId);
    }

    [Theory]
    [InlineData(".html")]
    [InlineData(".csv")]
    [InlineData(".json")]
    [InlineData(".md")]
    public void Write_NoTokens_SaysSo(string extension)
    {
        string text = SampleReport.Write(SampleReport.Of([]), extension);

        Assert.Contains(extension switch { ".csv" => "\"Service\"", ".json" => "\"tokens\": []", _ => "This report has no tokens" }, text);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
