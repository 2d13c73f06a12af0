using System.Diagnostics;
using ApiTokens.Core.Tests.Support;

namespace ApiTokens.Core.Tests;

/// <summary>
/// The patches of tests/ApiTokens.Simulation/Holes put known defects back. A patch that does not fit the sources any more must be
/// updated, or <c>check.sh</c> cannot show that the simulator finds the defect.
/// </summary>
public sealed class KnownHoleTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "ApiTokens.Simulation", "Holes");

    public static TheoryData<string> Patches =>
        [.. Directory.EnumerateFiles(Folder, "*.patch").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [WorkTreeTheory]
    [MemberData(nameof(Patches))]
    public async Task Patch_KnownHole_AppliesToSources(string patch)
    {
        string path = Path.Combine(Folder, patch);

        (int exitCode, _, string error) = await WorkTree.RunGitAsync("apply", "--check", path);

        Assert.True(exitCode == 0, $"{patch} does not apply. Update it. {error}");
        Assert.StartsWith("Invariant: I", File.ReadLines(path).First());
    }

    /// <summary>A test that needs git and the work tree of the repository; it is skipped without them, as in a source archive.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class WorkTreeTheoryAttribute : TheoryAttribute
    {
        public WorkTreeTheoryAttribute()
        {
            Skip = WorkTree.Missing;
        }
    }

    private static class WorkTree
    {
        /// <summary>Why there is no work tree; null if there is one.</summary>
        public static string? Missing { get; } = FindMissing();

        public static async Task<(int ExitCode, string Output, string Error)> RunGitAsync(params string[] arguments)
        {
            var start = new ProcessStartInfo("git", ["-C", Repository.Root, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process git = Process.Start(start)!;
            Task<string> output = git.StandardOutput.ReadToEndAsync();
            Task<string> error = git.StandardError.ReadToEndAsync();
            await git.WaitForExitAsync();
            return (git.ExitCode, await output, await error);
        }

        private static string? FindMissing()
        {
            try
            {
                // Empty in the root of a work tree. In another repository, it is the path of this folder.
                (int exitCode, string prefix, _) = Task.Run(() => RunGitAsync("rev-parse", "--show-prefix")).GetAwaiter().GetResult();
                return exitCode == 0 && prefix.Trim().Length == 0
                    ? null
                    : "The sources are not in a git work tree, which 'git apply --check' needs. Clone the repository.";
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return "git was not found. Install it.";
            }
        }
    }
}
