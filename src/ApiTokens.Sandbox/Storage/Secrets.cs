using System.Security.Cryptography;
using System.Text;

namespace ApiTokens.Sandbox.Storage;

/// <summary>Creates secrets, and the hashes that the database stores instead of them.</summary>
internal static class Secrets
{
    private const string LowerAlphanumerics = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>
    /// Returns the SHA-256 of a secret. Secrets have more than 100 random bits, so no salt is required and the hash can be looked up.
    /// </summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Compares two hashes in constant time.</summary>
    public static bool Same(byte[]? left, byte[] right) => CryptographicOperations.FixedTimeEquals(left, right);

    public static string Hex(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));

    public static string Alphanumeric(int length) => RandomNumberGenerator.GetString(LowerAlphanumerics, length);
}
