using System.Globalization;
using System.Xml.Linq;

namespace ApiTokens.Build;

/// <summary>How many tests came out how.</summary>
internal readonly record struct Counts(int Passed, int Failed, int Skipped)
{
    public static Counts operator +(Counts left, Counts right) =>
        new(left.Passed + right.Passed, left.Failed + right.Failed, left.Skipped + right.Skipped);

    /// <summary>Adds up the results in a folder. A run that broke off has fewer failures than it should: it counts as one.</summary>
    public static Counts OfTrx(string folder, int exitCode)
    {
        Counts counts = Directory.Exists(folder)
            ? Directory.GetFiles(folder, "*.trx").Select(ReadTrx).Aggregate(default(Counts), (sum, each) => sum + each)
            : default;
        return exitCode != 0 && counts.Failed == 0 ? counts with { Failed = 1 } : counts;
    }

    /// <summary>Why tests were skipped, each reason once, with how many it holds for.</summary>
    public static IEnumerable<string> SkipReasons(string folder) => Directory.GetFiles(folder, "*.trx")
        .SelectMany(file => XDocument.Load(file).Descendants())
        .Where(element => element.Name.LocalName == "UnitTestResult" && element.Attribute("outcome")?.Value == "NotExecuted")
        .Select(element => element.Descendants().FirstOrDefault(inner => inner.Name.LocalName == "Message")?.Value ?? element.Descendants().FirstOrDefault(inner => inner.Name.LocalName == "StdOut")?.Value ?? "no reason given")
        .GroupBy(reason => reason.Trim())
        .Select(same => $"{same.Count()} test(s): {same.Key}");

    private static Counts ReadTrx(string file)
    {
        XElement counters = XDocument.Load(file).Descendants().First(element => element.Name.LocalName == "Counters");
        int Number(string name) => int.Parse(counters.Attribute(name)!.Value, CultureInfo.InvariantCulture);
        return new Counts(Number("passed"), Number("failed") + Number("error") + Number("timeout") + Number("aborted"), Number("total") - Number("executed"));
    }
}
