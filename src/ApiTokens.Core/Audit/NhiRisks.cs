namespace ApiTokens.Audit;

/// <summary>
/// The items of the OWASP Non-Human Identities Top 10 2025 (https://owasp.org/www-project-non-human-identities-top-10/2025/) that rules
/// are for.
/// </summary>
internal static class NhiRisks
{
    public const string ImproperOffboarding = "NHI1:2025 Improper Offboarding";
    public const string SecretLeakage = "NHI2:2025 Secret Leakage";
    public const string Overprivileged = "NHI5:2025 Overprivileged NHI";
    public const string LongLivedSecrets = "NHI7:2025 Long-Lived Secrets";
    public const string Reuse = "NHI9:2025 NHI Reuse";
}
