using System.Text;
using System.Text.RegularExpressions;

namespace ApiTokens.Services.Wegnology;

/// <summary>A secret is a JSON Web Token (contracts/wegnology.md, 1.7).</summary>
internal sealed class WegnologySecretFormat() : SecretFormat(
    @"eyJ[\w-]+\.[\w-]+\.[\w-]*",
    inText: @"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*",
    masked: @"eyJ[\w-]{6,}(\.[\w-]*)*")
{
    private const int MostIds = 8;

    private static readonly Regex IdInText = new(@"(?<![A-Fa-f\d])[A-Fa-f\d]{24}(?![A-Fa-f\d])", RegexOptions.CultureInvariant);

    /// <inheritdoc/>
    public override MatchedBy MatchedById => MatchedBy.Claims;

    /// <inheritdoc/>
    public override string? NoTokenIdNote => "Its claims name no token.";

    /// <summary>
    /// Ids that stand in a secret's claims. The claims are not documented (1.12), so none is relied on by its name: an id of
    /// a token found among them tells that the secret is that token's.
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
            return [.. ids.Distinct(StringComparer.OrdinalIgnoreCase).Take(MostIds)];
        }
        catch (FormatException)
        {
            return [];
        }
    }
}
