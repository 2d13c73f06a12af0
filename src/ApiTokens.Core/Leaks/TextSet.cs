using System.Security.Cryptography;
using System.Text;

namespace ApiTokens.Leaks;

/// <summary>
/// A set of texts that keeps 8 bytes of each: a hash with a random key, so that nobody can prepare texts that count as equal. For a
/// million texts, the probability that any two count as equal is less than one in ten million.
/// </summary>
internal sealed class TextSet : IDisposable
{
    private readonly HMACSHA256 _hash = new(Guid.NewGuid().ToByteArray());
    private ulong[] _slots = new ulong[1024];
    private int _count;

    /// <summary>Adds a text.</summary>
    /// <returns>False if the set already has it.</returns>
    public bool Add(string text)
    {
        // Zero marks an empty slot.
        ulong key = Math.Max(1, BitConverter.ToUInt64(_hash.ComputeHash(Encoding.UTF8.GetBytes(text)), 0));
        if (_count > _slots.Length / 4 * 3)
        {
            Grow();
        }

        int slot = Find(key);
        if (_slots[slot] == key)
        {
            return false;
        }

        _slots[slot] = key;
        _count++;
        return true;
    }

    public void Dispose() => _hash.Dispose();

    private int Find(ulong key)
    {
        int slot = (int)(key % (ulong)_slots.Length);
        while (_slots[slot] != 0 && _slots[slot] != key)
        {
            slot = (slot + 1) % _slots.Length;
        }

        return slot;
    }

    private void Grow()
    {
        ulong[] old = _slots;
        _slots = new ulong[old.Length * 2];
        foreach (ulong key in old.Where(key => key != 0))
        {
            _slots[Find(key)] = key;
        }
    }
}
