using ApiTokens.Core.Tests.Support;

namespace ApiTokens.Core.Tests.Http.RateLimits;

/// <summary>
/// The simulation allocates much, so it does not run at the same time as the tests that measure the memory of the process.
/// </summary>
[Collection(nameof(Hostile.HostileServerTests))]
public sealed class RateLimitSimulationTests
{
    private const string Begin = "<!-- simulation -->";
    private const string End = "<!-- end of simulation -->";

    public static TheoryData<string> KindNames => [.. LimitKind.BySecond.Select(kind => kind.Name)];

    [Fact]
    public void Document_HasCurrentResults()
    {
        string path = Path.Combine(Repository.Root, "docs", "rate-limits.md");
        string document = File.ReadAllText(path).ReplaceLineEndings("\n");
        int start = document.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = document.IndexOf(End, StringComparison.Ordinal);

        (string tables, int cases) = RateLimitDocument.Create();

        string current = $"{document[..start]}\n{cases} runs, in percent: used in 60 s / used in 5 minutes / refused after the first ten "
            + $"seconds. **Bold**: the goal is missed.\n\n{tables}{document[end..]}";
        if (Environment.GetEnvironmentVariable("APITOKENS_APPROVE") == "1")
        {
            File.WriteAllText(path, current);
        }
        else
        {
            Assert.Equal(current, document);
        }
    }

    // Neither these limits nor these seeds were used to choose the constants.
    [Theory]
    [MemberData(nameof(KindNames))]
    public void Find_OtherLimitsAndSeeds_ReachesGoals(string kind)
    {
        foreach (int limit in (int[])[33, 250])
        {
            LimitCase[] cases = [.. from retryAfter in Enum.GetValues<RetryAfterKind>()
                                    from seed in Enumerable.Range(1000, 4)
                                    select LimitCase.Create(Kind(kind), limit, seed) with { RetryAfter = retryAfter }];
            LimitResult[] results = [.. cases.AsParallel().AsOrdered().Select(run => LimitSimulation.Run(run, new AdaptiveClient()))];

            Assert.InRange(results.Zip(cases, (result, run) => result.AcceptedIn(0, 60) / run.Allowed(60)).Average(), 0.91, 1.01);
            Assert.InRange(results.Zip(cases, (result, run) => result.AcceptedIn(0, 300) / run.Allowed(300)).Average(), 0.95, 1.01);
            Assert.InRange(results.Average(result => result.RefusedShare(10, 300)), 0, 0.01);
        }
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Find_ConnectionWasIdle_ReachesGoals(string kind)
    {
        foreach (int limit in (int[])[20, 100])
        {
            LimitCase[] cases = [.. from latency in (double[])[0.001, 0.05]
                                    from seed in Enumerable.Range(0, 4)
                                    select LimitCase.Create(Kind(kind), limit, seed)
                                        with { Workers = 32, Latency = latency, StartAt = 10, Duration = 70 }];
            double[] used = [.. cases.Select(run => LimitSimulation.Run(run, new AdaptiveClient()).AcceptedIn(10, 70) / run.Allowed(60))];

            Assert.InRange(used.Average(), 0.9, 1.01);
        }
    }

    // A script sends steadily, then a pipeline sends as much as it can. The first 429 comes when the last second has both.
    [Theory]
    [MemberData(nameof(KindNames))]
    public void Find_SteadyRequestsBefore_FindsTheLimit(string kind)
    {
        foreach (int limit in (int[])[20, 100, 500])
        {
            foreach (double steady in (double[])[0.1, 0.2, 0.3, 0.4, 0.6, 0.8])
            {
                Assert.InRange(UsedInMinute(kind, limit, steady, startAt: 10, start: 10), 0.88, 1.01);
            }
        }
    }

    // The first second is slow, as in a new process, and hardly faster than the limit: it does not tell the size of a bucket.
    [Theory]
    [MemberData(nameof(KindNames))]
    public void Find_SlowStart_FindsTheLimit(string kind)
    {
        foreach (int limit in (int[])[20, 100, 500])
        {
            foreach (double slow in (double[])[1.05, 1.2, 1.5])
            {
                Assert.InRange(UsedInMinute(kind, limit, slow, startAt: 1, start: 0), 0.7, 1.01);
            }
        }
    }

    [Fact]
    public void Find_SpecifiedRateIsRemoved_FindsTheLimit()
    {
        LimitCase[] cases = [.. Enumerable.Range(0, 8).Select(seed => LimitCase.Create(LimitKind.Bucket(0.1), 100, seed) with
        {
            Workers = 32,
            Latency = 0.001,
            Duration = 70,
        })];

        double[] used = [.. cases.Select(run => LimitSimulation.Run(run, new AdaptiveClient { Cap = 100, CappedUntil = 10 })
            .AcceptedIn(10, 70) / (100 * 60.0))];

        Assert.InRange(used.Average(), 0.9, 1.01);
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Find_LimitDoubles_UsesNinetyPercentOfIt(string kind)
    {
        for (int seed = 0; seed < 4; seed++)
        {
            LimitCase run =
                LimitCase.Create(Kind(kind), 100, seed) with { ChangeAt = 100, ChangedLimit = 200, Duration = 240, Workers = 64 };

            LimitResult result = LimitSimulation.Run(run, new AdaptiveClient());

            Assert.Contains(Enumerable.Range(100, 68), second => result.AcceptedIn(second, second + 5) >= 0.9 * 200 * 5);
            Assert.InRange(result.AcceptedIn(180, 240) / 60.0, 0.85 * 200, 1.1 * 200);
        }
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void Find_OtherClientStarts_LeavesItsHalf(string kind)
    {
        for (int seed = 0; seed < 4; seed++)
        {
            LimitCase run = LimitCase.Create(Kind(kind), 100, seed) with { IsShared = true, OtherFrom = 100, Duration = 160 };

            LimitResult result = LimitSimulation.Run(run, new AdaptiveClient());

            Assert.InRange(result.AcceptedIn(120, 160) / 40.0, 0.8 * 50, 1.3 * 50);
            Assert.InRange(result.RefusedShare(120, 160), 0, 0.01);
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(100)]
    public void Headers_WindowOfASecond_NothingIsRefused(int limit)
    {
        foreach (double? window in (double?[])[1, null])
        {
            // At 5 per second, two delayed requests exceed a sliding window.
            foreach (LimitKind kind in limit == 5 ? [LimitKind.FixedSecond] : (LimitKind[])[LimitKind.FixedSecond, LimitKind.SlidingSecond])
            {
                LimitCase run = LimitCase.Create(kind, limit, seed: 1) with { HasHeaders = true, Duration = 60 };

                LimitResult result = LimitSimulation.Run(run, new AdaptiveClient(limit, window));

                Assert.Equal(0, result.RefusedIn(0, 60));
                Assert.InRange(result.AcceptedIn(0, 60) / run.Allowed(60), 0.95, 1);
            }
        }
    }

    [Fact]
    public void Headers_WindowOfAMinute_NothingIsRefusedAndWindowIsUsed()
    {
        LimitCase run = LimitCase.Create(LimitKind.FixedMinute, 20, seed: 1) with { HasHeaders = true };

        LimitResult result = LimitSimulation.Run(run, new AdaptiveClient(20 * 60, window: 60));

        Assert.Equal(0, result.RefusedIn(0, 300));
        Assert.InRange(result.AcceptedIn(0, 300) / run.Allowed(300), 0.98, 1.2);
    }

    [Fact]
    public void NoLimit_NothingIsDelayed()
    {
        LimitCase run = LimitCase.Create(LimitKind.SlidingSecond, 100_000, seed: 1) with { Workers = 16, Latency = 0.05, Duration = 10 };

        LimitResult result = LimitSimulation.Run(run, new AdaptiveClient());

        Assert.InRange(result.AcceptedIn(0, 10), 0.95 * 10 * 16 / 0.05, 1.05 * 10 * 16 / 0.05);
    }

    // The mean of a near and a distant service, with requests at a steady rate (1 is the limit) until a time.
    private static double UsedInMinute(string kind, int limit, double steady, int startAt, int start)
    {
        IEnumerable<LimitCase> cases =
            from latency in (double[])[0.001, 0.05]
            from seed in Enumerable.Range(0, 4)
            select LimitCase.Create(Kind(kind), limit, seed) with
            {
                Workers = 32,
                Latency = latency,
                SteadyRate = steady * limit,
                StartAt = startAt,
                Duration = start + 60,
            };
        return cases.Average(run => LimitSimulation.Run(run, new AdaptiveClient()).AcceptedIn(start, start + 60) / run.Allowed(60));
    }

    private static LimitKind Kind(string name) => LimitKind.BySecond.Single(kind => kind.Name == name);
}
