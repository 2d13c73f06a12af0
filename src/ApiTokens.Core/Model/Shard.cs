using System.Globalization;
using System.Text;

namespace ApiTokens;

/// <summary>A stable part of all tokens, so that several machines can share one job: <c>3/8</c> is the third of eight.</summary>
public sealed class Shard
{
    private readonly int _index;
    private readonly int _count;

    private Shard(int index, int count)
    {
        _index = index;
        _count = count;
    }

    /// <summary>Reads <c>3/8</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The shard.</returns>
    /// <exception cref="ApiTokenException"><c>InvalidShard</c>.</exception>
    public static Shard Parse(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && index >= 1 && index <= count
            ? new Shard(index, count)
            : throw ApiTokenException.InvalidParameter("Shard", $"'{text}' is no part of a whole.", "Give the number of the part and how many there are, such as 3/8.");
    }

    /// <summary>Whether a token is in this part. The same on every machine and in every version.</summary>
    /// <param name="token">The token.</param>
    /// <returns>True if it is.</returns>
    public bool Contains(ApiToken token) => Hash($"{token.Service}\n{Lower(token.Account)}\n{token.Id}") % (uint)_count == (uint)(_index - 1);

    /// <summary>As it was written.</summary>
    /// <returns>For example <c>3/8</c>.</returns>
    public override string ToString() => $"{_index}/{_count}";

#pragma warning disable CA1308 // Not for comparing: the hash of an account is that of its usual spelling, whatever case a machine wrote it in.
    private static string Lower(string account) => account.ToLowerInvariant();
#pragma warning restore CA1308

    // FNV-1a with a final mix: fixed for ever, and spread well by its low bits too, which the remainder uses.
    private static uint Hash(string text)
    {
        uint hash = 2166136261;
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash ^ b) * 16777619;
        }

        hash ^= hash >> 16;
        hash *= 0x85ebca6b;
        hash ^= hash >> 13;
        hash *= 0xc2b2ae35;
        return hash ^ (hash >> 16);
    }
}
