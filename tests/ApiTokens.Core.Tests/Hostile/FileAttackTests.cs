using System.Diagnostics;
using ApiTokens.Core.Tests.Operations;
using ApiTokens.Core.Tests.Reports;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Reports;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>Journals and reports in folders that other users can write to. The modes and owners of files are those of Unix.</summary>
public sealed class FileAttackTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("apitokens-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Journal_New_IsForItsOwnerOnly()
    {
        string path = Path("new.jsonl");

        await OpenJournalAsync(path);

        AssertMode(OwnerOnly, path);
        await OpenJournalAsync(path);
    }

    [Theory]
    [InlineData("is a link", "ln -s")]
    [InlineData("can be changed by other users", "chmod g+w")]
    [InlineData("can be changed by other users", "chmod o+w")]
    [InlineData("belongs to another user", "chown 12345")]
    public async Task Journal_OthersCanChangeIt_IsRefused(string reason, string command)
    {
        if (OperatingSystem.IsWindows() || (!Environment.IsPrivilegedProcess && command.StartsWith("chown", StringComparison.Ordinal)))
        {
            return;
        }

        string path = Path("old.jsonl");
        await OpenJournalAsync(path);
        string link = Path("link.jsonl");
        Shell(command == "ln -s" ? $"ln -s {path} {link}" : $"{command} {path}");
        string text = File.ReadAllText(path);

        var error = await Assert.ThrowsAsync<ApiTokenException>(() => OpenJournalAsync(command == "ln -s" ? link : path));

        Assert.Equal((ErrorIds.JournalNotOpened, ErrorKind.PermissionDenied), (error.ErrorId, error.Kind));
        Assert.Contains(reason, error.Message);
        Assert.Equal(text, File.ReadAllText(path));
    }

    [Theory]
    [InlineData(".html")]
    [InlineData(".csv")]
    public void Report_New_IsForItsOwnerOnly(string extension)
    {
        string path = Path($"report{extension}");

        ReportFile.Write(new TokenReport("Tokens", SampleReport.Now, [SampleReport.Token()], []), path);

        AssertMode(OwnerOnly, path);
    }

    [Fact]
    public void Report_Existing_KeepsItsMode()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string path = Path("report.csv");
        File.WriteAllText(path, string.Empty);
        File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.GroupRead);

        ReportFile.Write(new TokenReport("Tokens", SampleReport.Now, [SampleReport.Token()], []), path);

        AssertMode(OwnerOnly | UnixFileMode.GroupRead, path);
        Assert.NotEmpty(File.ReadAllText(path));
    }

    [Fact]
    public async Task JournalAndReport_Pipe_AreRefusedWithoutWaiting()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string path = Path("pipe.csv");
        Shell($"mkfifo {path}");

        Task journal = Task.Run(() => OpenJournalAsync(path));
        Task report = Task.Run(() => ReportFile.Check(path, noClobber: false, force: true));

        foreach (Task opening in new[] { journal, report })
        {
            var error = await Assert.ThrowsAsync<ApiTokenException>(() => opening.WaitAsync(TimeSpan.FromSeconds(10)));
            Assert.Contains("is a device or a pipe", error.Message);
        }
    }

    private static async Task OpenJournalAsync(string path)
    {
        TokenConnection connection = await TestConnections.ConnectAsync(new Uri("https://one.example"), "Devo");
        JournalFile.Open(path, "Remove", TimeProvider.System, connection).Dispose();
    }

    private static void AssertMode(UnixFileMode expected, string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(expected, File.GetUnixFileMode(path));
        }
    }

    private static void Shell(string command)
    {
        using Process process = Process.Start("/bin/sh", ["-c", command]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);
}
