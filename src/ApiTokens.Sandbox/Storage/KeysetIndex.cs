namespace ApiTokens.Sandbox.Storage;

/// <summary>
/// An index of every thousandth key of a sorted list, with the number of keys before it. A page is read from the nearest indexed key,
/// so that the last page costs as much as the first; OFFSET alone would scan all rows before it.
/// </summary>
internal sealed class KeysetIndex
{
    private const int Distance = 1_000;

    // The number of added keys after which the distances are too long and the index must be rebuilt.
    private const int MaxAdded = 10 * Distance;

    private readonly List<KeysetEntry> _entries = [new KeysetEntry("", 0)];
    private int _added;

    private KeysetIndex()
    {
    }

    /// <summary>The number of keys in the list.</summary>
    public long Total { get; private set; }

    /// <summary>Whether the index must be rebuilt, because many keys were added.</summary>
    public bool IsStale => _added > MaxAdded;

    /// <summary>Builds the index by walking a list once.</summary>
    /// <param name="skip">Skips a number of keys from a key on, and returns the next key, or null if there is none.</param>
    /// <param name="count">Counts the keys from a key on.</param>
    public static KeysetIndex Of(Func<string, int, string?> skip, Func<string, long> count)
    {
        var index = new KeysetIndex();
        KeysetEntry last = index._entries[0];
        while (skip(last.Key, Distance) is { } key)
        {
            last = new KeysetEntry(key, last.Before + Distance);
            index._entries.Add(last);
        }

        index.Total = last.Before + count(last.Key);
        return index;
    }

    /// <summary>Returns the last entry at or before a position in the list.</summary>
    public KeysetEntry Before(long position)
    {
        int low = 0;
        int high = _entries.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = _entries[middle].Before <= position ? (middle, high) : (low, middle - 1);
        }

        return _entries[low];
    }

    /// <summary>Records a new key.</summary>
    public void Add(string key)
    {
        _added++;
        Shift(key, 1);
    }

    /// <summary>Records the removal of a key. An entry stays in the index even if its key was removed.</summary>
    public void Remove(string key) => Shift(key, -1);

    private void Shift(string key, int by)
    {
        Total += by;
        for (int i = _entries.Count - 1; string.CompareOrdinal(_entries[i].Key, key) > 0; i--)
        {
            _entries[i] = _entries[i] with { Before = _entries[i].Before + by };
        }
    }
}

/// <summary>An entry of a <see cref="KeysetIndex"/>.</summary>
/// <param name="Key">The position in the list: the first key that is not less than this one.</param>
/// <param name="Before">The number of keys that are less.</param>
internal readonly record struct KeysetEntry(string Key, long Before);
