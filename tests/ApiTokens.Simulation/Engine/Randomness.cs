namespace ApiTokens.Simulation.Engine;

/// <summary>A generator of random numbers (SplitMix64), which gives the same numbers for the same seed in every version of .NET.</summary>
internal sealed class Randomness(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Creates an independent generator for a purpose, so that one more number drawn here changes nothing there.</summary>
    public static Randomness For(ulong seed, ulong purpose) => new(Mix(seed + (0x9E3779B97F4A7C15UL * (purpose + 1))));

    public ulong NextBits() => Mix(_state += 0x9E3779B97F4A7C15UL);

    /// <summary>Returns a number from 0 to <paramref name="count"/> - 1.</summary>
    public int Next(int count) => (int)(NextBits() % (ulong)count);

    /// <summary>Returns a number within inclusive bounds.</summary>
    public int Between(int low, int high) => low + Next(high - low + 1);

    /// <summary>Returns true with a probability in percent.</summary>
    public bool Chance(int percent) => Next(100) < percent;

    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    public T Pick<T>(params ReadOnlySpan<T> values) => values[Next(values.Length)];

    public TimeSpan Milliseconds(int low, int high) => TimeSpan.FromMilliseconds(Between(low, high));

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
