using System.Text;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Searches texts and files for secrets, whole or in part.</summary>
public static class SecretSearch
{
    // Services echo some of a wrong secret.
    private const int PartLength = 8;

    /// <summary>Those of the secrets of which some part of eight characters is in a text.</summary>
    public static IReadOnlyList<string> Find(string text, params IEnumerable<string> secrets) =>
    [
        .. secrets.Where(secret => Enumerable.Range(0, Math.Max(0, secret.Length - PartLength + 1))
            .Any(start => text.Contains(secret.Substring(start, PartLength), StringComparison.Ordinal))),
    ];

    /// <summary>A file as text, whatever it is: bytes that are letters, also where each takes two.</summary>
    public static string ReadAsText(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return Encoding.Latin1.GetString(bytes) + Encoding.Unicode.GetString(bytes);
    }
}
