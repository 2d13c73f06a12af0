using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ApiTokens.Build;

/// <summary>The number of passed, failed and skipped tests.</summary>
internal readonly partial record struct Counts(int Passed, int Failed, int Skipped)
{
    public static Counts operator +(Counts left, Counts right) =>
        new(left.Passed + right.Passed, left.Failed + right.Failed, left.Skipped + right.Skipped);

    /// <summary>Adds up the results in a folder. A run that failed without a failed test counts as one failure.</summary>
    public static Counts OfTrx(string folder, int exitCode)
    {
        Counts counts = Directory.Exists(folder)
            ? Directory.GetFiles(folder, "*.trx").Select(ReadTrx).Aggregate(default(Counts), (sum, counts) => sum + counts)
            : default;
        return exitCode != 0 && counts.Failed == 0 ? counts with { Failed = 1 } : counts;
    }

    /// <summary>Returns the reasons for skipped tests, each with the number of tests.</summary>
    public static IEnumerable<string> SkipReasons(string folder) => Directory.GetFiles(folder, "*.trx")
        .SelectMany(file => XDocument.Load(file).Descendants())
        .Where(element => element.Name.LocalName == "UnitTestResult" && element.Attribute("outcome")?.Value == "NotExecuted")
        .Select(element => FirstValue(element, "Message") ?? FirstValue(element, "StdOut") ?? "no reason specified")
        .GroupBy(reason => reason.Trim())
        .Select(same => $"{same.Count()} test(s): {same.Key}");

    /// <summary>
    /// Reads the last line of a program that counts its cases itself. All of its cases count as one test, as those of a property do.
    /// </summary>
    public static Counts OfProgram(string output, int exitCode)
    {
        Match summary = Summary().Match(output);
        bool passed = exitCode == 0 && summary.Success && summary.Groups["passed"].Value != "0" && summary.Groups["failed"].Value == "0";
        return new Counts(passed ? 1 : 0, passed ? 0 : 1, 0);
    }

    /// <summary>Reads the totals of a TAP file of Node.js. A run that failed without a failed test counts as one failure.</summary>
    public static Counts OfTap(string file, int exitCode)
    {
        Dictionary<string, int> totals = File.Exists(file)
            ? TapTotal().Matches(File.ReadAllText(file)).ToDictionary(
                match => match.Groups["name"].Value, match => int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture))
            : [];
        int failed = totals.GetValueOrDefault("fail") + totals.GetValueOrDefault("cancelled");
        return new Counts(
            totals.GetValueOrDefault("pass"), exitCode != 0 || totals.Count == 0 ? Math.Max(failed, 1) : failed,
            totals.GetValueOrDefault("skipped") + totals.GetValueOrDefault("todo"));
    }

    /// <summary>Returns the reasons for skipped tests in a TAP file, each with the number of tests.</summary>
    public static IEnumerable<string> TapSkipReasons(string file) => File.Exists(file)
        ? TapSkip().Matches(File.ReadAllText(file)).GroupBy(match => match.Groups["reason"].Value.Trim())
            .Select(same => $"{same.Count()} test(s): {same.Key}")
        : [];

    private static string? FirstValue(XElement element, string name) =>
        element.Descendants().FirstOrDefault(descendant => descendant.Name.LocalName == name)?.Value;

    private static Counts ReadTrx(string file)
    {
        XElement counters = XDocument.Load(file).Descendants().First(element => element.Name.LocalName == "Counters");
        int Number(string name) => int.Parse(counters.Attribute(name)!.Value, CultureInfo.InvariantCulture);
        return new Counts(Number("passed"), Number("failed") + Number("error") + Number("timeout") + Number("aborted"),
            Number("total") - Number("executed"));
    }

    [GeneratedRegex(@"(?<passed>\d+) passed, (?<failed>\d+) failed, \d+ skipped\s*\z")]
    private static partial Regex Summary();

    [GeneratedRegex(@"^# (?<name>pass|fail|cancelled|skipped|todo) (?<number>\d+)\r?$", RegexOptions.Multiline)]
    private static partial Regex TapTotal();

    [GeneratedRegex(@"^ *ok [^\r\n]* # SKIP (?<reason>[^\r\n]+)", RegexOptions.Multiline)]
    private static partial Regex TapSkip();
}
