using System.Text.RegularExpressions;
using ApiTokens.Core.Tests.Support;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>Concurrency lives in the core: nothing in the cmdlets starts a thread or a task by itself.</summary>
public sealed partial class NoThreadsInCmdletsTests
{
    [Fact]
    public void Nothing_in_the_cmdlets_starts_a_thread_or_a_task()
    {
        string[] files = [.. Directory.EnumerateFiles(Cmdlets(), "*.cs", SearchOption.AllDirectories).Where(file => !Generated().IsMatch(file))];
        Assert.InRange(files.Length, 20, 1000);

        string[] starts = [.. files.SelectMany(file => File.ReadLines(file)
            .Select((line, index) => (Line: line, Number: index + 1))
            .Where(each => StartsConcurrency().IsMatch(each.Line))
            .Select(each => $"{Path.GetFileName(file)}:{each.Number}: {each.Line.Trim()}"))];

        Assert.Empty(starts);
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
    public void What_would_start_one_is_recognized(string line) => Assert.Matches(StartsConcurrency(), line);

    private static string Cmdlets() => Path.Combine(Repository.Root, "src", "ApiTokens.PowerShell");

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex Generated();

    [GeneratedRegex(@"\bTask\.Run\b|\bTask\.Factory\b|\bnew\s+([\w.]+\.)?(Thread|Task|Timer|BackgroundWorker)\s*(<[^>]*>\s*)?\(|\bThreadPool\b|\bParallel\.|\.AsParallel\(|\.ContinueWith\(|\bBeginInvoke\(")]
    private static partial Regex StartsConcurrency();
}
