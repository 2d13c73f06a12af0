using System.Globalization;
using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>
/// Makes ids as the vendor's are: the second of the creation, ten digits of the process that made it, and a counter. So a
/// list that is sorted by id is in order of creation, on which clients that page through it rely.
/// </summary>
internal sealed class ObjectIds(TimeProvider clock)
{
    /// <summary>How many ids the counter tells apart within a second.</summary>
    public const int Counters = 1 << 24;

    private long _last = -1;

    /// <summary>The part in the middle, the same for every id of this process.</summary>
    public string Process { get; } = Secrets.Hex(5);

    public string Next()
    {
        long counter = Interlocked.Increment(ref _last) % Counters;
        return string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow().ToUnixTimeSeconds():x8}{Process}{counter:x6}");
    }
}
