using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens.Services.Wegnology;

/// <summary>A secret is a JSON Web Token (contracts/wegnology.md, 1.7).</summary>
internal sealed class WegnologySecretFormat() : SecretFormat(
    @"eyJ[\w-]+\.[\w-]+\.[\w-]*",
    inText: @"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*",
    masked: @"eyJ[\w-]{6,}(\.[\w-]*)*")
{
    private const int MaxIds = 8;

    private static readonly Regex IdInText = new(@"(?<![A-Fa-f\d])[A-Fa-f\d]{24}(?![A-Fa-f\d])", RegexOptions.CultureInvariant);

    /// <inheritdoc/>
    public override MatchedBy MatchedById => MatchedBy.Claims;

    /// <inheritdoc/>
    public override string? NoTokenIdNote => "Its claims contain no token id.";

    /// <summary>
    /// Returns the ids in a secret's claims. The names of the claims are not documented (1.12), so every value that looks like an id
    /// is returned. If one of them is the id of a token, the secret belongs to that token.
    /// </summary>
    public override IReadOnlyCollection<string> TokenIdsIn(string secret)
    {
        string[] parts = secret.Split('.');
        if (parts.Length != 3)
        {
            return [];
        }

        try
        {
            string base64 = parts[1].Replace('-', '+').Replace('_', '/');
            string claims = Encoding.UTF8.GetString(Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '=')));
            IEnumerable<string> ids = IdInText.Matches(claims).Cast<Match>().Select(match => match.Value);
            return [.. ids.Distinct(StringComparer.OrdinalIgnoreCase).Take(MaxIds)];
        }
        catch (FormatException)
        {
            return [];
        }
    }
}
