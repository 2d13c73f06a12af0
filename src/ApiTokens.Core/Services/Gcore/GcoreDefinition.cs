using System.Globalization;
using ApiTokens.Http;

namespace ApiTokens.Services.Gcore;

/// <summary>Gcore's permanent API tokens (contracts/gcore.md).</summary>
internal sealed class GcoreDefinition : ServiceDefinition
{
    // contracts/gcore.md, 1.9.
    private const double DocumentedRate = 100;

    public override string Name => "Gcore";

    public override string ConnectionName => "gcore";

    public override ServiceCapabilities Capabilities => GcoreRules.Capabilities;

    public override IReadOnlyDictionary<string, Uri> Regions { get; } =
        new Dictionary<string, Uri> { [string.Empty] = new("https://api.gcore.com") };

    internal override SecretFormat SecretFormat { get; } = new GcoreSecretFormat();

    internal override string? CanonicalId(string text) => TokenIds.Number(text);

    internal override string? BroadPermission(ApiToken token) =>
        token.Role is { } role
            && GcoreRoles.Find(role) == GcoreRoles.RolesByPrivilege[0] ? $"the role '{GcoreRoles.RolesByPrivilege[0].Name}'" : null;

    internal override async Task<OpenedService> OpenAsync(ConnectionRequest request, Uri baseUri, CancellationToken cancellationToken)
    {
        if (request.Account is { Length: > 0 } clientId && !long.TryParse(clientId, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw ApiTokenException.InvalidParameter(
                "Account",
                $"'{ForeignText.Argument(clientId)}' is not a valid Gcore client id.",
                "Specify the number of the account, or omit it.");
        }

        ServiceEndpoint endpoint = Endpoint(request, baseUri) with
        {
            ReadError = body => ErrorBodyFormatter.Field(body, "message")
                ?? ErrorBodyFormatter.Field(body, "detail")
                ?? ErrorBodyFormatter.Field(body, "errors")
                ?? ErrorBodyFormatter.Flatten(body),
            IsTokenLimit = GcoreRules.IsTokenLimit,

            // 1.9.
            PermissionRule = "Users with the role Administrators may manage all tokens of the account, other users only the tokens that "
                + "they have issued. A token cannot have a higher role than its issuer.",
            RequestsPerSecond = request.RequestsPerSecond ?? DocumentedRate,
        };
        ServiceCredential credential = request.Secret is { } secret
            ? new SecretCredential(GcoreService.Scheme, secret)
            : new LoginCredential(new GcoreLogin(request, endpoint).LoginAsync, request.Time, request.Password);
        var client = new ServiceClient(endpoint, credential)
        {
            Prepare = () => SerializerWarmup<GcoreTokenWire>.Run(GcoreJson.Default.GcoreTokenWire),
        };
        bool lookUp = string.IsNullOrEmpty(request.Account);
        if (lookUp && request.SkipCheck)
        {
            throw ApiTokenException.InvalidParameter(
                "Account",
                "it must be specified if the check is skipped, because Gcore is otherwise asked for it.",
                "Specify the number of the account (client id).");
        }

        string account = lookUp ? await GcoreService.FindAccountAsync(client, cancellationToken).ConfigureAwait(false) : request.Account!;
        ServiceContext context = Context(request, account, client, credential);
        return new OpenedService(new GcoreService(context, "iam", "v2", "clients", account, "tokens"), context, Proven: lookUp);
    }
}
