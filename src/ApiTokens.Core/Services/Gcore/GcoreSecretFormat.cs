namespace ApiTokens.Services.Gcore;

/// <summary>A secret consists of the token's id, <c>_</c> (V2) or <c>$</c> (V1), and a random part (contracts/gcore.md, 1.6).</summary>
/// <remarks>
/// The API issues only secrets of V2, but secrets that V1 issued still work.
/// Dates and counters in other text look similar, so a search requires a long hexadecimal random part or a JSON Web Token.
/// </remarks>
internal sealed class GcoreSecretFormat() : SecretFormat(
    @"\d{1,19}[$_][\w.-]{6,}",
    maxLength: 8192,
    inText: @"\d{1,19}[$_](?:[0-9a-f]{24,}|eyJ[\w-]{8,}(?:\.[\w-]+)*)",
    masked: @"\b\d+[$_][\w-]{6,}")
{
    /// <summary>Returns the id at the start of a secret; null if it has none.</summary>
    public static string? IdOf(string secret)
    {
        int end = secret.IndexOfAny(['$', '_']);
        return end > 0 && secret.Take(end).All(c => c is >= '0' and <= '9') ? secret.Substring(0, end) : null;
    }

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> TokenIdsIn(string secret) => IdOf(secret) is { } id ? [id] : [];
}
