namespace ApiTokens.Sandbox.Storage;

/// <summary>
/// Every thousandth key of a sorted list, each with the number of keys before it. From there it is a short way to any place
/// of the list, where OFFSET would walk past everything before: the last of a thousand pages costs what the first does.
/// </summary>
internal sealed class KeysetIndex
{
    private const int Distance = 1_000;

    // How many keys may be added before the ways between the landmarks are too long, and they are better set anew.
    private const int MostAdded = 10 * Distance;

    private readonly List<Landmark> _landmarks = [new Landmark("", 0)];
    private int _added;

    private KeysetIndex()
    {
    }

    /// <summary>The number of keys in the list.</summary>
    public long Total { get; private set; }

    /// <summary>Whether so many keys were added that the list is better walked again.</summary>
    public bool IsStale => _added > MostAdded;

    /// <summary>Walks a list once.</summary>
    /// <param name="skip">From a key on, skips a number of keys and returns the one after them, if there is one.</param>
    /// <param name="count">Counts the keys from one on.</param>
    public static KeysetIndex Of(Func<string, int, string?> skip, Func<string, long> count)
    {
        var landmarks = new KeysetIndex();
        Landmark last = landmarks._landmarks[0];
        while (skip(last.Key, Distance) is { } key)
        {
            last = new Landmark(key, last.Before + Distance);
            landmarks._landmarks.Add(last);
        }

        landmarks.Total = last.Before + count(last.Key);
        return landmarks;
    }

    /// <summary>The last landmark that is not behind a place in the list.</summary>
    public Landmark Before(long place)
    {
        int low = 0;
        int high = _landmarks.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = _landmarks[middle].Before <= place ? (middle, high) : (low, middle - 1);
        }

        return _landmarks[low];
    }

    /// <summary>Takes note of a new key.</summary>
    public void Add(string key)
    {
        _added++;
        Shift(key, 1);
    }

    /// <summary>Takes note that a key is gone. A landmark stays where it is even if it was that key.</summary>
    public void Remove(string key) => Shift(key, -1);

    private void Shift(string key, int by)
    {
        Total += by;
        for (int i = _landmarks.Count - 1; string.CompareOrdinal(_landmarks[i].Key, key) > 0; i--)
        {
            _landmarks[i] = _landmarks[i] with { Before = _landmarks[i].Before + by };
        }
    }
}

/// <param name="Key">A place in the list: the first key that is not less than this.</param>
/// <param name="Before">How many keys are less.</param>
internal readonly record struct Landmark(string Key, long Before);
