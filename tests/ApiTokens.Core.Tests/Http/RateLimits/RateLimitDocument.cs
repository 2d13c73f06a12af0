using System.Globalization;
using System.Text;

namespace ApiTokens.Core.Tests.Http.RateLimits;

/// <summary>The tables of docs/rate-limits.md.</summary>
internal static class RateLimitDocument
{
    private const double Goal60 = 0.92;
    private const double Goal300 = 0.95;
    private const double GoalRefused = 0.01;

    private static readonly (int Limit, int Seeds)[] Limits = [(5, 24), (20, 12), (100, 2), (500, 1)];

    private static readonly LimitKind[] Kinds = [.. LimitKind.BySecond, LimitKind.FixedMinute];

    /// <summary>Runs the simulations, and returns the tables and the number of cases.</summary>
    public static (string Text, int Cases) Create()
    {
        List<(LimitCase Case, string Client)> runs = [];
        foreach (RetryAfterKind retryAfter in Enum.GetValues<RetryAfterKind>())
        {
            foreach (LimitCase run in Cases(retryAfter, seeds => seeds))
            {
                runs.Add((run, "ApiTokens"));
            }
        }

        // The others are slower to simulate. The AWS SDKs do not read Retry-After.
        foreach (LimitCase run in Cases(RetryAfterKind.None, seeds => Math.Min(seeds, 3)))
        {
            runs.Add((run, "AWS"));
            runs.Add((run with { RetryAfter = RetryAfterKind.RoundedUp }, "Netflix"));
        }

        var measured = new Measured[runs.Count];
        Parallel.For(0, runs.Count, i =>
            measured[i] = Measured.Run(runs[i].Case, Client(runs[i].Client, runs[i].Case.Seed), runs[i].Client));
        return (Write(measured), runs.Count);
    }

    private static SimulatedClient Client(string name, int seed) => name switch
    {
        "AWS" => new AwsAdaptiveClient(seed),
        "Netflix" => new VegasClient(seed),
        _ => new AdaptiveClient(),
    };

    private static IEnumerable<LimitCase> Cases(RetryAfterKind retryAfter, Func<int, int> count) =>
        from shared in new[] { false, true }
        from kind in Kinds
        from limit in Limits
        from seed in Enumerable.Range(0, count(limit.Seeds))
        select LimitCase.Create(kind, limit.Limit, seed) with { RetryAfter = retryAfter, IsShared = shared };

    private static string Write(Measured[] measured)
    {
        Measured[] ours = [.. measured.Where(run => run.Client == "ApiTokens")];
        var text = new StringBuilder();
        foreach (bool shared in new[] { false, true })
        {
            string title = shared ? "With another client that takes half, so that the other half is allowed:" : "One client:";
            text.AppendLine(title).AppendLine();
            text.AppendLine($"| limit | {string.Join(" | ", Limits.Select(limit => $"{limit.Limit} per second"))} | lowest run |");
            text.AppendLine($"|---|{string.Concat(Limits.Select(_ => "---|"))}---|");
            foreach (LimitKind kind in Kinds)
            {
                Measured[] row = [.. ours.Where(run => run.Case.IsShared == shared && run.Case.Kind == kind)];
                IEnumerable<string> cells =
                    Limits.Select(limit => Cell([.. row.Where(run => run.Case.Limit == limit.Limit)], markMisses: true));
                string lowest = $"{Percent(row.Min(run => run.In60))} / {Percent(row.Min(run => run.In300))}";
                text.AppendLine($"| {kind.Name} | {string.Join(" | ", cells)} | {lowest} |");
            }

            text.AppendLine();
        }

        text.AppendLine("All limits together, compared:").AppendLine();
        text.AppendLine("| limit | ApiTokens | AWS SDK, adaptive mode | Netflix concurrency-limits |").AppendLine("|---|---|---|---|");
        foreach (bool shared in new[] { false, true })
        {
            foreach (LimitKind kind in Kinds)
            {
                IEnumerable<string> cells = new[] { "ApiTokens", "AWS", "Netflix" }.Select(client => Cell(
                    [.. measured.Where(run => run.Client == client && run.Case.IsShared == shared && run.Case.Kind == kind)],
                    markMisses: false));
                text.AppendLine($"| {kind.Name}{(shared ? ", shared" : "")} | {string.Join(" | ", cells)} |");
            }
        }

        return text.ToString().ReplaceLineEndings("\n");
    }

    // Each limit counts as much as the others, however many cases it has.
    private static string Cell(Measured[] runs, bool markMisses)
    {
        double Mean(Func<Measured, double> value) => runs.GroupBy(run => run.Case.Limit).Average(limit => limit.Average(value));
        string Mark(string text, bool isMissed) => isMissed && markMisses ? $"**{text}**" : text;

        double in60 = Mean(run => run.In60);
        double in300 = Mean(run => run.In300);
        double refused = Mean(run => run.Refused);
        string refusedText = (100 * refused).ToString("0.0", CultureInfo.InvariantCulture);
        string[] cells =
        [
            Mark(Percent(in60), in60 < Goal60), Mark(Percent(in300), in300 < Goal300), Mark(refusedText, refused >= GoalRefused),
        ];
        return string.Join(" / ", cells);
    }

    private static string Percent(double value) => Math.Floor(100 * value).ToString(CultureInfo.InvariantCulture);

    private sealed record Measured(LimitCase Case, string Client, double In60, double In300, double Refused)
    {
        public static Measured Run(LimitCase run, SimulatedClient client, string name)
        {
            LimitResult result = LimitSimulation.Run(run, client);
            return new Measured(
                run,
                name,
                result.AcceptedIn(0, 60) / run.Allowed(60),
                result.AcceptedIn(0, 300) / run.Allowed(300),
                result.RefusedShare(10, 300));
        }
    }
}
