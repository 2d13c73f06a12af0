namespace ApiTokens.Services.Devo;

/// <summary>
/// A secret has 32 hexadecimal digits (contracts/devo.md, 2.6), or 32 letters and digits according to another page (2.12). In a text,
/// the latter is recognized only in an ingestion address, after <c>token!</c>. Devo masks the secrets of other users' tokens (2.2).
/// </summary>
internal sealed class DevoSecretFormat() : SecretFormat(
    "[0-9A-Za-z]{32}", maxLength: 32, inText: "[0-9a-f]{32}(?!-)|(?<=token!)[0-9A-Za-z]{32}", masked: @"(?<![\w.$-])[0-9A-Za-z]{32}(?!\w)")
{
    private const string MaskedPrefix = "tk.";

    // The number of trailing characters that the masked form shows (2.6).
    private const int MaskedTail = 5;

    /// <summary>Determines whether a value that Devo returned is masked.</summary>
    public static bool IsMasked(string shown) => shown.StartsWith(MaskedPrefix, StringComparison.Ordinal);

    /// <summary>Determines whether a complete or masked value that Devo returned matches a secret.</summary>
    public static bool MayBe(string shown, string secret) => IsMasked(shown)
        ? shown.Length > MaskedTail && SecretText.FixedTimeEquals(Tail(shown), Tail(secret))
        : SecretText.FixedTimeEquals(shown, secret);

    private static string Tail(string text) => text.Substring(Math.Max(0, text.Length - MaskedTail));
}
