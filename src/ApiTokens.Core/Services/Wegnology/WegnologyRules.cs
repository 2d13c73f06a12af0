using System.Text.RegularExpressions;

namespace ApiTokens.Services.Wegnology;

/// <summary>What WEGnology's tokens are like (contracts/wegnology.md, 1.4 and 1.7).</summary>
internal static class WegnologyRules
{
    public static readonly ServiceCapabilities Capabilities = new()
    {
        Service = "Wegnology",
        SetEnabled = true,
        Rename = true,
        OptionalFields = NewTokenFields.Description | NewTokenFields.Scope,
        UpdateDescription = true,
        Expiry = ExpiryChoice.AnyOrNever,
        PermissionsAdvice = $"Specify {Field.Scope}.",
        UserAdvice = "Its tokens act for the connection's account: leave it out.",
    };

    public const int LongestDescription = 32767;

    private static readonly Regex IdForm = new(@"\A[A-Fa-f0-9]{24}\z", RegexOptions.CultureInvariant);
    private static readonly Regex AllForm = new(@"\Aall\.[A-Za-z]+\z", RegexOptions.CultureInvariant);

    public static bool IsId(string text) => IdForm.IsMatch(text);

    /// <summary>The one rule for the status: there is no expired status, so the clock comes first (1.8).</summary>
    public static TokenStatus Status(WegnologyTokenWire token, DateTimeOffset now) => token switch
    {
        { ExpirationDate: { } end } when end <= now => TokenStatus.Expired,
        { Status: "inactive" } => TokenStatus.Inactive,
        _ => TokenStatus.Active,
    };

    /// <summary>The value of the preset All among the scope's (1.6): <c>all.User</c> and its like, without an end such as <c>.read</c>.</summary>
    public static string? AllPermissions(IEnumerable<string> scope) => scope.FirstOrDefault(value => AllForm.IsMatch(value));
}
