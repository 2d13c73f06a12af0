using System.Text.RegularExpressions;
using ApiTokens.Core.Tests.Support;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>Only the core violations threads and tasks; the cmdlets do not.</summary>
public sealed partial class NoThreadsInCmdletsTests
{
    [Fact]
    public void CmdletSources_StartNoThreadOrTask()
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Cmdlets(), "*.cs", SearchOption.AllDirectories).Where(file => !Generated().IsMatch(file)),
        ];
        Assert.InRange(files.Length, 20, 1000);

        string[] violations = [.. files.SelectMany(file => File.ReadLines(file)
            .Select((line, index) => (Line: line, Number: index + 1))
            .Where(each => StartsConcurrency().IsMatch(each.Line))
            .Select(each => $"{Path.GetFileName(file)}:{each.Number}: {each.Line.Trim()}"))];

        Assert.Empty(violations);
    }

    [Theory]
    [InlineData("_ = Task.Run(() => Work());")]
    [InlineData("Task.Factory.StartNew(Work);")]
    [InlineData("var thread = new Thread(Work);")]
    [InlineData("ThreadPool.QueueUserWorkItem(Work);")]
    [InlineData("Parallel.ForEach(all, Work);")]
    [InlineData("new System.Threading.Timer(Work);")]
    [InlineData("new Task(Work).Start();")]
    [InlineData("all.AsParallel().Select(Work)")]
    [InlineData("task.ContinueWith(Work);")]
    public void StartsConcurrency_KnownApis_AreRecognized(string line) => Assert.Matches(StartsConcurrency(), line);

    private static string Cmdlets() => Path.Combine(Repository.Root, "src", "ApiTokens.PowerShell");

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex Generated();

    [GeneratedRegex(
        @"\bTask\.Run\b|\bTask\.Factory\b|\bnew\s+([\w.]+\.)?(Thread|Task|Timer|BackgroundWorker)\s*(<[^>]*>\s*)?\("
        + @"|\bThreadPool\b|\bParallel\.|\.AsParallel\(|\.ContinueWith\(|\bBeginInvoke\(")]
    private static partial Regex StartsConcurrency();
}
