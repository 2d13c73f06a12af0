namespace ApiTokens.Services.Devo;

/// <summary>A secret is 32 hexadecimal digits (contracts/devo.md, 2.6). That of someone else's token is shown masked (2.2).</summary>
internal sealed class DevoSecretFormat() : SecretFormat("[0-9a-f]{32}", inText: "[0-9a-f]{32}(?!-)")
{
    private const string MaskedPrefix = "tk.";

    // How many of a secret's last characters the masked form shows (2.6).
    private const int MaskedTail = 5;

    /// <summary>Whether a value that Devo shows is masked.</summary>
    public static bool IsMasked(string shown) => shown.StartsWith(MaskedPrefix, StringComparison.Ordinal);

    /// <summary>Whether a value that Devo shows, whole or masked, can be this secret's.</summary>
    public static bool MayBe(string shown, string secret) => IsMasked(shown)
        ? shown.Length > MaskedTail && SecretText.FixedTimeEquals(Tail(shown), Tail(secret))
        : SecretText.FixedTimeEquals(shown, secret);

    private static string Tail(string text) => text.Substring(Math.Max(0, text.Length - MaskedTail));
}
