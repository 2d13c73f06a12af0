using System.Security.Cryptography;
using System.Text;

namespace ApiTokens.Sandbox.Storage;

/// <summary>Makes secrets and the hashes that stand for them in the database.</summary>
internal static class Secrets
{
    private const string LowerAlphanumerics = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>The SHA-256 of a secret. Secrets hold at least 128 random bits, so that no salt is needed and the hash can be looked up.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Compares in a time that does not depend on where two hashes differ.</summary>
    public static bool Same(byte[]? left, byte[] right) => CryptographicOperations.FixedTimeEquals(left, right);

    public static string Hex(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));

    public static string Alphanumeric(int length) => RandomNumberGenerator.GetString(LowerAlphanumerics, length);
}
