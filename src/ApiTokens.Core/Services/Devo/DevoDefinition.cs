using ApiTokens.Http;

namespace ApiTokens.Services.Devo;

/// <summary>Devo's Credentials API (contracts/devo.md).</summary>
internal sealed class DevoDefinition : ServiceDefinition
{
    public override string Name => "Devo";

    public override string ConnectionName => "devo";

    public override ServiceCapabilities Capabilities => DevoRules.Capabilities;

    // contracts/devo.md, 2.1.
    public override IReadOnlyDictionary<string, Uri> Regions { get; } = new Dictionary<string, Uri>
    {
        ["US"] = new("https://api-us.devo.com"),
        ["EU"] = new("https://api-eu.devo.com"),
        ["CA"] = new("https://api-ca.devo.com"),
        ["APAC"] = new("https://api-apac.devo.com"),
        ["US3"] = new("https://api-us3.devo.com"),
        ["ES"] = new("https://api-es.devo.com"),
    };

    internal override SecretFormat SecretFormat { get; } = new DevoSecretFormat();

    internal override string? CanonicalId(string text) => TokenIds.Number(text);

    internal override string? BroadPermission(ApiToken token) =>
        DevoRules.ReachesAllTables(token.Scope) ? $"'{DevoRules.AllTables}'" : null;

    // A level applies to the tables before it (2.4), so the order matters.
    internal override string PermissionsOf(ApiToken token) =>
        $"{string.Join(" ", token.Scope)}\n{string.Join(" ", token.Audience.OrderBy(value => value, StringComparer.Ordinal))}";

    internal override Task<OpenedService> OpenAsync(ConnectionRequest request, Uri baseUri, CancellationToken cancellationToken)
    {
        string account = RequireAccount(request, "the name of the Devo domain");
        int at = account.IndexOf('@');
        if (at >= 0)
        {
            // 2.1: the documentation says to omit the child's part. Doing that silently could select the wrong domain.
            throw ApiTokenException.InvalidParameter(
                "Account",
                $"'{ForeignText.Argument(account)}' is a child domain.",
                $"Specify the name without the child part: '{account.Substring(at + 1)}'.");
        }

        SecretCredential credential = SecretOnly(request, "Bearer");
        ServiceEndpoint endpoint = Endpoint(request, baseUri) with
        {
            CorrelationHeader = "x-devo-cid",

            // 2.2.
            PermissionRule = "The user of the credential needs a role with the permission 'API Credentials': View to read tokens, Manage "
                + "to change them. The owner of a new token needs the policies for its audience and scopes.",
            ReadError = body => body.TryGetProperty("error", out System.Text.Json.JsonElement error)
                ? ErrorBodyFormatter.Field(error, "message") ?? ErrorBodyFormatter.Flatten(error)
                : ErrorBodyFormatter.Field(body, "message"),
        };
        ServiceContext context = Context(request, account, new ServiceClient(endpoint, credential), credential);
        return Task.FromResult(new OpenedService(new DevoService(context), context));
    }
}
