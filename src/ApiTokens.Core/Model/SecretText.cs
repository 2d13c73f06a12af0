using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens;

/// <summary>The one place where a secret changes between text and <see cref="SecureString"/>.</summary>
public static class SecretText
{
    // A long run of hex, or anything long without a space that mixes digits and letters: a secret of another service is one too.
    private static readonly Regex LikelySecret = new(
        @"\b[0-9a-fA-F]{25,}\b|\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]{40,}",
        RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(2));

    /// <summary>Masks the services' secrets. The catalogue of services provides it, as the model does not know the services.</summary>
    internal static Func<string, string> MaskServiceSecrets { get; set; } = text => text;

    /// <summary>Wraps a secret that arrived as text.</summary>
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

    /// <summary>Gives the text of a secret, for a header or for a caller that asked for plain text. Keep it no longer than needed.</summary>
    /// <param name="secret">The secret.</param>
    /// <returns>Its text.</returns>
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

    /// <summary>Whether a header can hold a secret: HTTP's own refusal would quote it.</summary>
    /// <param name="secret">The secret.</param>
    /// <returns>False if it is empty or has spaces, line breaks or characters beyond ASCII.</returns>
    public static bool FitsHeader(SecureString secret) => secret.Length > 0 && !ToPlainText(secret).Any(c => c is <= ' ' or >= '\x7f');

    /// <summary>Masks what has the form of a secret, as where someone typed one in the place of an id.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text, with <c>***</c> in the place of secrets.</returns>
    public static string Mask(string text) => LikelySecret.Replace(MaskServiceSecrets(text), "***");

    /// <summary>Compares two secrets in a time that depends on the lengths only.</summary>
    /// <param name="left">One; null where there is none.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they are the same, to the letter.</returns>
    public static bool AreEqual(SecureString? left, SecureString right) => left is not null && FixedTimeEquals(ToPlainText(left), ToPlainText(right));

    /// <summary>Compares in a time that depends on the lengths only.</summary>
    /// <param name="left">One text.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they are the same, to the letter.</returns>
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
