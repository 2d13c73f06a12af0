using System.Text.Json;
using ApiTokens.Http;

namespace ApiTokens.Services.Wegnology;

/// <summary>The API tokens of WEGnology, and of Losant if its address is specified (contracts/wegnology.md).</summary>
internal sealed class WegnologyDefinition : ServiceDefinition
{
    public override string Name => "Wegnology";

    public override string ConnectionName => "wegnology";

    public override ServiceCapabilities Capabilities => WegnologyRules.Capabilities;

    public override IReadOnlyDictionary<string, Uri> Regions { get; } =
        new Dictionary<string, Uri> { [string.Empty] = new("https://api.app.wnology.io") };

    internal override SecretFormat SecretFormat { get; } = new WegnologySecretFormat();

    internal override string? CanonicalId(string text) => WegnologyRules.IsId(text) ? TokenIds.LowerHex(text) : null;

    internal override string? BroadPermission(ApiToken token) =>
        WegnologyRules.AllPermissions(token.Scope) is { } value ? $"the scope '{value}'" : null;

    // The kind of the account does not matter for what a preset allows.
    internal override IReadOnlyList<string> ScopeOf(NewTokenRequest request) =>
        [.. request.Scope.Select(value => WegnologyScopes.Presets.TryGetValue(value, out string? suffix) ? $"all.User{suffix}" : value)];

    // The owner is the account itself (1.4).
    internal override IEnumerable<string> GetResponsibleUsers(ApiToken token) => token.Issuer is { } issuer ? [issuer] : [];

    internal override async Task<OpenedService> OpenAsync(
        ConnectionRequest request, Uri baseUri, CancellationToken cancellationToken)
    {
        WegnologyAccount account = WegnologyAccount.Parse(request.Account);
        ServiceEndpoint endpoint = Endpoint(request, baseUri) with
        {
            // The version range that the official client sends (1.1).
            Headers = new Dictionary<string, string> { ["Accept-Version"] = "^1.24.5" },
            IsError = body => ErrorBodyFormatter.Field(body, "type") is not null && ErrorBodyFormatter.Field(body, "message") is not null,
            ReadError = body => ErrorBodyFormatter.Field(body, "message") ?? ErrorBodyFormatter.Flatten(body),

            // 1.3.
            PermissionRule = $"The credential needs a scope for the request, such as '{account.Scope}.get', '{account.Scope}.post' or "
                + $"'{account.Scope}.*', and a new token cannot have a scope that its issuer does not have.",
        };
        ServiceCredential credential = request.Secret is { } secret
            ? new SecretCredential("Bearer", secret)
            : Login(request, endpoint);
        var client = new ServiceClient(endpoint, credential)
        {
            Prepare = () => SerializerWarmup<WegnologyPageWire>.Run(WegnologyJson.Default.WegnologyPageWire),
        };
        bool lookUp = account.IsUser && !request.SkipCheck;
        WegnologyAccount found =
            lookUp ? await WegnologyService.FindUserAsync(client, account, cancellationToken).ConfigureAwait(false) : account;
        bool proven = found != account;
        account = found;
        ServiceContext context = Context(request, account.Name, client, credential);
        return new OpenedService(new WegnologyService(context, account), context, Proven: proven)
        {
            IsAccountKnown = account.Id is not null,
        };
    }

    // All logins use one client, so that a wait that the service asks for applies to the next one.
    private static LoginCredential Login(ConnectionRequest request, ServiceEndpoint endpoint)
    {
        ServiceClient client = ServiceClient.Anonymous(endpoint, request.Password!);
        return new LoginCredential(cancellationToken => LoginAsync(request, client, cancellationToken), request.Time, request.Password);
    }

    private static async Task<LoginResult> LoginAsync(
        ConnectionRequest request, ServiceClient client, CancellationToken cancellationToken)
    {
        var body = new WegnologyLoginWire
        {
            Email = request.UserName!,
            Password = SecretText.ToPlainText(request.Password!),
            TwoFactorCode = request.OneTimePassword,
        };
        WegnologyLoggedInWire answer = await client.GetAsync(
            new ServiceRequest(HttpMethod.Post, "auth", "user")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(body, WegnologyJson.Default.WegnologyLoginWire),
                Anonymous = true,
                IsIdempotent = false,
                Purpose = $"log in as '{request.UserName}'",
            },
            WegnologyJson.Default.WegnologyLoggedInWire,
            cancellationToken).ConfigureAwait(false);
        return answer.Token is { } secret && SecretText.FitsHeader(secret)
            ? new LoginResult(SecretText.ToSecureString(secret), ValidUntil: null)
            : throw ApiTokenException.InvalidResult("WEGnology accepted the login but returned no usable token.");
    }
}
