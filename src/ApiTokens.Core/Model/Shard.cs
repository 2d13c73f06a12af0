using System.Globalization;
using System.Text;

namespace ApiTokens;

/// <summary>A fixed part of all tokens, so that several machines can share a job. <c>3/8</c> is the third of eight shards.</summary>
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
            : throw ApiTokenException.InvalidParameter(
                "Shard",
                $"'{ForeignText.Argument(text)}' is not a valid shard.",
                "Specify the number of the shard and the number of shards, such as 3/8.");
    }

    /// <summary>Determines whether a token belongs to this shard. The result is the same on every machine and in every version.</summary>
    /// <param name="token">The token.</param>
    /// <returns>True if the token belongs to this shard.</returns>
    public bool Contains(ApiToken token) => Contains(TokenIdentity.Of(token));

    // Not the base address: machines may reach one account through several addresses, and each token has one shard all the same.
    private bool Contains(TokenIdentity token) =>
        Hash($"{token.Account.Service}\n{Lower(token.Account.Account)}\n{token.Id}") % (uint)_count == (uint)(_index - 1);

    /// <summary>Returns the shard as text.</summary>
    /// <returns>For example <c>3/8</c>.</returns>
    public override string ToString() => $"{_index}/{_count}";

#pragma warning disable CA1308 // The result is hashed and not compared. Lower case is the usual spelling of an account.
    private static string Lower(string account) => account.ToLowerInvariant();
#pragma warning restore CA1308

    // FNV-1a with a final mix, so that the low bits, which the remainder uses, are distributed evenly. It must never change.
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
