namespace ApiTokens.Services.Gcore;

/// <summary>A secret is the token's id, <c>_</c> (V2) or <c>$</c> (V1), and more (contracts/gcore.md, 1.6).</summary>
/// <remarks>In other text dates and counters look like that too; real ones are long and hexadecimal, or a JSON Web Token.</remarks>
internal sealed class GcoreSecretFormat() : SecretFormat(
    @"\d{1,19}[$_][\w.-]{6,}",
    inText: @"\d{1,19}[$_](?:[0-9a-f]{24,}|eyJ[\w-]{8,}(?:\.[\w-]+)*)",
    masked: @"\b\d+[$_][\w-]{6,}")
{
    /// <summary>The id in front of a secret; null where there is none.</summary>
    public static string? IdOf(string secret)
    {
        int end = secret.IndexOfAny(['$', '_']);
        return end > 0 && secret.Take(end).All(c => c is >= '0' and <= '9') ? secret.Substring(0, end) : null;
    }

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> TokenIdsIn(string secret) => IdOf(secret) is { } id ? [id] : [];
}
