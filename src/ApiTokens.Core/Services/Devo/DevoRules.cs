using System.Text.RegularExpressions;

namespace ApiTokens.Services.Devo;

/// <summary>Devo's rules for tokens (contracts/devo.md, 2.4 and 2.6).</summary>
internal static class DevoRules
{
    public static readonly ServiceCapabilities Capabilities = new()
    {
        Service = "Devo",
        SetEnabled = true,
        Rename = true,
        ReadSecret = true,
        RequiredFields = NewTokenFields.Name | NewTokenFields.User | NewTokenFields.Audience | NewTokenFields.Scope,
        Expiry = ExpiryChoice.None,
        PermissionsAdvice = $"Specify {Field.Audience} and {Field.Scope}.",
        ReadSecretAdvice = "Only the token's owner and its authorized user can read the secret. Connect as one of them.",
    };

    /// <summary>The audiences in the documentation's examples. The complete list is not documented, so other values are accepted.</summary>
    public static readonly IReadOnlyDictionary<string, string> DataAudiences = new Dictionary<string, string>
    {
        ["aggregations"] = "Aggregation tasks",
        ["apiv2"] = "Queries",
        ["apiv2-admin"] = "Management of query jobs",
        ["alerts"] = "Alerts",
        ["http"] = "Ingestion over HTTP",
    };

    /// <summary>Full access to every table: Devo's default for a token without a scope (2.4). The module never relies on it.</summary>
    public const string AllTables = "table://*.** level://admin";

    private const string ScopeHelp =
        "Specify pairs such as 'table://my.app.table level://admin'; 'table://*.** level://admin' covers every table.";

    private static readonly Regex AudienceForm = new(@"\A[A-Za-z0-9][A-Za-z0-9._-]*\z", RegexOptions.CultureInvariant);
    private static readonly Regex ScopeForm = new(@"\A(table|level)://[^\s/][^\s]*\z", RegexOptions.CultureInvariant);

    public static DevoNewTokenWire Check(NewTokenRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.User))
        {
            throw ApiTokenException.InvalidParameter(
                "User", "Devo requires the user whom the token acts for.", "Specify the user's email address in the domain.");
        }

        string[] audience = Lists.Words(request.Audience);
        if (audience.Length == 0)
        {
            throw ApiTokenException.InvalidParameter(
                "Audience",
                "Devo requires at least one audience.",
                $"Specify one or more audiences, such as {string.Join(", ", DataAudiences.Keys)}.");
        }

        if (Array.Find(audience, value => !AudienceForm.IsMatch(value)) is { } badAudience)
        {
            throw ApiTokenException.InvalidParameter(
                "Audience",
                $"'{ForeignText.Argument(badAudience)}' is not a valid audience.",
                $"Specify a value such as {string.Join(", ", DataAudiences.Keys)}.");
        }

        // Pairs of table and level (2.4). Several tables can have the same level, so duplicates are kept.
        string[] scope = Lists.Sequence(request.Scope);
        if (scope.Length == 0)
        {
            throw ApiTokenException.InvalidParameter(
                "Scope", "without a scope, Devo would give the token access to every table.", ScopeHelp);
        }

        if (Array.Find(scope, value => !ScopeForm.IsMatch(value)) is { } badScope)
        {
            throw ApiTokenException.InvalidParameter(
                "Scope", $"'{ForeignText.Argument(badScope)}' is not a valid table or level.", ScopeHelp);
        }

        bool table = scope.Any(value => value.StartsWith("table://", StringComparison.Ordinal));
        bool level = scope.Any(value => value.StartsWith("level://", StringComparison.Ordinal));
        if (table != level)
        {
            throw ApiTokenException.InvalidParameter(
                "Scope", $"'{ForeignText.Argument(string.Join(" ", scope))}' has no {(table ? "level" : "table")}.", ScopeHelp);
        }

        return new DevoNewTokenWire
        {
            Name = request.Name,
            User = request.User,
            Audience = string.Join(" ", audience),
            Scopes = string.Join(" ", scope),
        };
    }

    /// <summary>Determines whether a scope grants the level admin on every table. A level applies to the tables right before it.</summary>
    public static bool ReachesAllTables(IReadOnlyList<string> scope)
    {
        bool all = false;
        for (int i = 0; i < scope.Count; i++)
        {
            bool isTable = scope[i].StartsWith("table://", StringComparison.Ordinal);
            bool begins = isTable && (i == 0 || !scope[i - 1].StartsWith("table://", StringComparison.Ordinal));
            all = (all && !begins) || scope[i] == "table://*.**";
            if (all && scope[i] == "level://admin")
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns the status. <c>active:false</c> means Expired or Inactive, depending on the expiry (2.5, 2.9).</summary>
    public static TokenStatus Status(DevoTokenWire token, DateTimeOffset now) => token switch
    {
        { Active: not false } => TokenStatus.Active,
        { Expiration: { } expiry } when expiry <= now => TokenStatus.Expired,
        _ => TokenStatus.Inactive,
    };
}
