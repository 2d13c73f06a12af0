using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ApiTokens;

/// <summary>Short hashes that distinguish the operations of a journal.</summary>
internal static class ShortHash
{
    /// <summary>Returns the first 64 bits of the SHA-256 of texts, as 16 hexadecimal digits.</summary>
    public static string Of(params string?[] parts)
    {
        using var sha = SHA256.Create();
        byte[] hash = sha.ComputeHash(Encoding.UTF8.GetBytes(string.Join("\n", parts)));
        return string.Concat(hash.Take(8).Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
    }
}
