using System.Text.RegularExpressions;

namespace ApiTokens.Services.ApplicationUsers;

/// <summary>What secrets of Application Users are like.</summary>
internal static class ApplicationUsersRules
{
    public static readonly ServiceCapabilities Capabilities = new()
    {
        Service = "ApplicationUsers",
        Rename = true,
        UpdateAccess = true,
        Regenerate = true,
        RemoveAll = true,
        LastUsed = true,
        RequiredFields = NewTokenFields.User,
        OptionalFields = NewTokenFields.Name | NewTokenFields.Access | NewTokenFields.ApplyToAll,
        Expiry = ExpiryChoice.Months,
        PermissionsAdvice = $"Specify {Field.Access} or {Field.ApplyToAll}.",
        SetEnabledAdvice = "Application Users tokens cannot be disabled. Remove the token, or reset it.",
    };

    /// <summary>
    /// The form of a secret. The contract asks for 32 characters at least; the reference implementation issues 40 lower-case
    /// letters and digits. What is only hexadecimal is a hash or another service's, and nobody else's secret is to be sent here.
    /// </summary>
    public static readonly Regex SecretForm = new(@"\A(?![0-9a-f]+\z)(?=.*[0-9])(?=.*[a-z])[0-9a-z]{32,128}\z", RegexOptions.CultureInvariant);

    public static readonly Regex SecretInText = new(
        @"(?<![\w.$-])(?![0-9a-f]{40}(?!\w))(?=[a-z]*[0-9])(?=[0-9]*[a-z])[0-9a-z]{40}(?![\w-])", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
}
