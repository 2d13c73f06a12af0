using System.Security.Cryptography;

namespace ApiTokens.Build;

/// <summary>Runs tests/VendorClients: clients and validators from npm, driven by the test runner of Node.js.</summary>
internal static class VendorTesting
{
    private const string Folder = "tests/VendorClients";
    private const int MinNode = 20;

    // On Windows, npm is a batch file.
    private static readonly string Npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";

    public static Counts Run(string results)
    {
        if (!IsNodeInstalled())
        {
            Console.WriteLine($"VendorClients: skipped, because Node.js {MinNode} or later with npm is not installed.");
            return default;
        }

        if (!Install())
        {
            bool required = Environment.GetEnvironmentVariable("CI") == "true";
            Console.WriteLine($"VendorClients: {(required ? "FAILED" : "skipped")}, because 'npm ci' failed.");
            return new Counts(0, required ? 1 : 0, 0);
        }

        Directory.CreateDirectory(results);
        string tap = Path.Combine(results, "vendor-clients.tap");
        string text = Path.Combine(results, "vendor-clients.txt");
        Environment.SetEnvironmentVariable("APITOKENS_BUILD_PROGRAM", typeof(VendorTesting).Assembly.Location);
        string[] files = Directory.GetFiles(Path.Combine(Command.Root, Folder), "*.test.js");
        int code = Command.TryRun(
            "node",
            [
                "--test", "--test-reporter=tap", $"--test-reporter-destination={tap}", "--test-reporter=spec",
                $"--test-reporter-destination={text}", .. files.Order(StringComparer.Ordinal),
            ]);
        Counts counts = Counts.OfTap(tap, code);
        if (counts.Failed > 0 && File.Exists(text))
        {
            Console.WriteLine(File.ReadAllText(text));
        }

        foreach (string reason in Counts.TapSkipReasons(tap))
        {
            Console.WriteLine($"Skipped: {reason}");
        }

        Console.WriteLine($"VendorClients: {counts.Passed} passed, {counts.Failed} failed, {counts.Skipped} skipped");
        return counts;
    }

    private static bool IsNodeInstalled() =>
        Command.TryGetOutput("node", "--version") is { } version
        && Version.TryParse(version.TrimStart('v'), out Version? node)
        && node.Major >= MinNode
        && Command.TryGetOutput(Npm, "--version") is not null;

    // Installs what the lock file says, unless that is what is there.
    private static bool Install()
    {
        string folder = Path.Combine(Command.Root, Folder);
        string stamp = Path.Combine(folder, "node_modules", ".installed");
        string hash = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "package-lock.json"))));
        if (File.Exists(stamp) && File.ReadAllText(stamp) == hash)
        {
            return true;
        }

        if (Command.TryRun(Npm, "ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error") != 0)
        {
            return false;
        }

        File.WriteAllText(stamp, hash);
        return true;
    }
}
