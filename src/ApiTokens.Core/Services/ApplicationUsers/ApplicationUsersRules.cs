using System.Text.RegularExpressions;

namespace ApiTokens.Services.ApplicationUsers;

/// <summary>The rules for tokens of Application Users.</summary>
internal static class ApplicationUsersRules
{
    private static readonly Regex IdForm = new(@"\Aat_[0-9a-z]{20}\z", RegexOptions.CultureInvariant);

    public static readonly ServiceCapabilities Capabilities = new()
    {
        Service = "ApplicationUsers",
        Rename = true,
        UpdateAccess = true,
        UpdateExpiry = true,
        Regenerate = true,
        RemoveAll = true,
        ListUsers = true,
        LastUsed = true,
        RequiredFields = NewTokenFields.User,
        OptionalFields = NewTokenFields.Name | NewTokenFields.Access | NewTokenFields.ApplyToAll,
        Expiry = ExpiryChoice.Months,
        PermissionsAdvice = $"Specify {Field.Access} or {Field.ApplyToAll}.",
        SetEnabledAdvice = "Application Users tokens cannot be disabled. Remove the token, or reset it.",
    };

    /// <summary>Determines whether a text has the format of an id.</summary>
    public static bool IsId(string text) => IdForm.IsMatch(text);
}
