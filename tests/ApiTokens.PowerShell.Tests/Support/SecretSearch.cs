using System.Text;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Searches texts and files for secrets and parts of them.</summary>
public static class SecretSearch
{
    // Services echo parts of an invalid secret.
    private const int PartLength = 8;

    /// <summary>Returns the secrets of which a part of eight characters occurs in a text.</summary>
    public static IReadOnlyList<string> Find(string text, params IEnumerable<string> secrets) =>
    [
        .. secrets.Where(secret => Enumerable.Range(0, Math.Max(0, secret.Length - PartLength + 1))
            .Any(start => text.Contains(secret.Substring(start, PartLength), StringComparison.Ordinal))),
    ];

    /// <summary>Reads any file as text, in one-byte and two-byte encodings.</summary>
    public static string ReadAsText(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return Encoding.Latin1.GetString(bytes) + Encoding.Unicode.GetString(bytes);
    }
}
