using System.Security;
using System.Text;
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

    /// <summary>The form of a secret: a JSON Web Token (1.7).</summary>
    public static readonly Regex SecretForm = new(@"\AeyJ[\w-]+\.[\w-]+\.[\w-]*\z", RegexOptions.CultureInvariant);

    public static readonly Regex SecretInText = new(@"(?<![\w.$-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));

    private static readonly Regex IdForm = new(@"\A[A-Fa-f0-9]{24}\z", RegexOptions.CultureInvariant);
    private static readonly Regex AllForm = new(@"\Aall\.[A-Za-z]+\z", RegexOptions.CultureInvariant);
    private static readonly Regex IdInText = new(@"(?<![A-Fa-f\d])[A-Fa-f\d]{24}(?![A-Fa-f\d])", RegexOptions.CultureInvariant);

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

    /// <summary>
    /// Ids that stand in a secret's claims. The claims are not documented (1.12), so none is relied on by its name: an id of
    /// a token found among them tells that the secret is that token's.
    /// </summary>
    public static IReadOnlyCollection<string> IdsInClaims(SecureString secret)
    {
        string[] parts = SecretText.ToPlainText(secret).Split('.');
        if (parts.Length != 3)
        {
            return [];
        }

        try
        {
            string base64 = parts[1].Replace('-', '+').Replace('_', '/');
            string claims = Encoding.UTF8.GetString(Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '=')));
            return [.. IdInText.Matches(claims).Cast<Match>().Select(match => match.Value)];
        }
        catch (FormatException)
        {
            return [];
        }
    }
}
