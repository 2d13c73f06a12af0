using System.Globalization;
using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>
/// Creates ids in the vendor's format: the creation time in seconds, ten digits of the process, and a counter. A list that is sorted
/// by id is therefore in the order of creation, which clients rely on when they read pages.
/// </summary>
internal sealed class ObjectIds(TimeProvider clock)
{
    /// <summary>The number of distinct ids within a second.</summary>
    public const int Counters = 1 << 24;

    private long _last = -1;

    /// <summary>The middle part, which is the same for every id of this process.</summary>
    public string Process { get; } = Secrets.Hex(5);

    public string Next()
    {
        long counter = Interlocked.Increment(ref _last) % Counters;
        return string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow().ToUnixTimeSeconds():x8}{Process}{counter:x6}");
    }
}
