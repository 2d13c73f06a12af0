using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace ApiTokens;

/// <summary>Converts secrets between text and <see cref="SecureString"/>, and compares them.</summary>
public static class SecretText
{
    // The maximum of SecureString.
    private const int MaxLength = 65536;

    /// <summary>Converts a text to a secure string.</summary>
    /// <param name="text">The secret.</param>
    /// <returns>A read-only copy.</returns>
    public static SecureString ToSecureString(string text)
    {
        var secret = new SecureString();
        foreach (char c in text)
        {
            secret.AppendChar(c);
        }

        secret.MakeReadOnly();
        return secret;
    }

    /// <summary>Returns the plain text of a secret. Do not keep the result longer than necessary.</summary>
    /// <param name="secret">The secret.</param>
    /// <returns>The plain text.</returns>
    public static string ToPlainText(SecureString secret)
    {
        IntPtr pointer = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            return Marshal.PtrToStringUni(pointer, secret.Length);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(pointer);
        }
    }

    /// <summary>Determines whether a secret is valid in a header. The exception of the HTTP stack would quote an invalid one.</summary>
    /// <param name="secret">The secret.</param>
    /// <returns>False if the secret is empty or contains spaces, line breaks or non-ASCII characters.</returns>
    public static bool FitsHeader(SecureString secret) => FitsHeader(ToPlainText(secret));

    /// <summary>Determines whether a text of a service can be a secret: it fits a header and a SecureString.</summary>
    internal static bool FitsHeader(string text) =>
        text.Length is > 0 and <= MaxLength && !text.Any(c => c is <= ' ' or >= '\x7f');

    /// <summary>Compares two secrets in a time that depends only on their lengths.</summary>
    /// <param name="left">A secret; may be null.</param>
    /// <param name="right">The other secret.</param>
    /// <returns>True if the secrets are equal.</returns>
    public static bool AreEqual(SecureString? left, SecureString right) =>
        left is not null && FixedTimeEquals(ToPlainText(left), ToPlainText(right));

    /// <summary>Compares two texts in a time that depends only on their lengths.</summary>
    /// <param name="left">A text.</param>
    /// <param name="right">The other text.</param>
    /// <returns>True if the texts are equal.</returns>
    public static bool FixedTimeEquals(string left, string right)
    {
        byte[] a = Encoding.UTF8.GetBytes(left);
        byte[] b = Encoding.UTF8.GetBytes(right);
        int difference = a.Length ^ b.Length;
        for (int i = 0; i < a.Length && i < b.Length; i++)
        {
            difference |= a[i] ^ b[i];
        }

        return difference == 0;
    }
}
