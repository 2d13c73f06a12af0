using System.Globalization;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>
/// Runs a case for many seeds: a few in a normal test run, <c>APITOKENS_CASES</c> in a long one. A failure reports its seed,
/// and <c>APITOKENS_SEED</c> runs that seed only.
/// </summary>
internal static class Seeds
{
    public static void ForEach(int quick, Action<int> run, int most = int.MaxValue)
    {
        foreach (int seed in Of(quick).Take(most))
        {
            try
            {
                run(seed);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"Seed {seed} (reproduce with APITOKENS_SEED={seed}): {e.Message}", e);
            }
        }
    }

    /// <summary>The first seed of generated cases; in a long run it differs each day.</summary>
    public static ulong First =>
        (ulong)(Number("APITOKENS_SEED") ?? (Number("APITOKENS_CASES") is null ? 1 : DateTime.UtcNow.DayOfYear * 1000));

    /// <summary>Returns the number of cases to generate.</summary>
    public static int Cases(int quick) => Number("APITOKENS_CASES") ?? quick;

    private static IEnumerable<int> Of(int quick)
    {
        if (Number("APITOKENS_SEED") is { } one)
        {
            return [one];
        }

        // A long run uses other seeds than the quick one, and other ones each day.
        return Number("APITOKENS_CASES") is { } many
            ? Enumerable.Range(DateTime.UtcNow.DayOfYear * 1_000_000, many)
            : Enumerable.Range(1, quick);
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : null;
}
