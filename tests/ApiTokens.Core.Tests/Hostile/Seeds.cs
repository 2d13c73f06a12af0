using System.Globalization;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>
/// Runs a case for many seeds: few in every test run, as many as <c>APITOKENS_CASES</c> says in a long one. A failure names
/// its seed, and <c>APITOKENS_SEED</c> runs that one alone.
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
                throw new InvalidOperationException($"Seed {seed} (APITOKENS_SEED={seed} runs it alone): {e.Message}", e);
            }
        }
    }

    /// <summary>Where generated cases begin: at another place each day in a long run.</summary>
    public static ulong First => (ulong)(Number("APITOKENS_SEED") ?? (Number("APITOKENS_CASES") is null ? 1 : DateTime.UtcNow.DayOfYear * 1000));

    /// <summary>How many cases to generate.</summary>
    public static int Cases(int quick) => Number("APITOKENS_CASES") ?? quick;

    private static IEnumerable<int> Of(int quick)
    {
        if (Number("APITOKENS_SEED") is { } one)
        {
            return [one];
        }

        // A long run begins where the quick one ends, at another place each day.
        return Number("APITOKENS_CASES") is { } many ? Enumerable.Range(DateTime.UtcNow.DayOfYear * 1_000_000, many) : Enumerable.Range(1, quick);
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
}
