using ApiTokens.Http;

namespace ApiTokens.Services.ApplicationUsers;

/// <summary>The API tokens of an application's users, as our published contract defines them (docs/application-users-api.yaml).</summary>
internal sealed class ApplicationUsersDefinition : ServiceDefinition
{
    public override string Name => "ApplicationUsers";

    public override string ConnectionName => "application-users";

    public override ServiceCapabilities Capabilities => ApplicationUsersRules.Capabilities;

    // There is no vendor. Each implementation of the contract has its own address.
    public override IReadOnlyDictionary<string, Uri> Regions { get; } = new Dictionary<string, Uri>();

    internal override SecretFormat SecretFormat { get; } = new ApplicationUsersSecretFormat();

    internal override string? CanonicalId(string text) => ApplicationUsersRules.IsId(text) ? text : null;

    internal override string? BroadPermission(ApiToken token) =>
        token.Access is { Count: > 0 } access && access.Values.All(level => level == AccessLevel.Full) ? "Full Access to all APIs" : null;

    // Regenerating a token restarts its lifetime and keeps its creation time.
    internal override DateTimeOffset? SecretIssuedAt(ApiToken token) => token.UpdatedAt ?? token.CreatedAt;

    internal override Task<OpenedService> OpenAsync(ConnectionRequest request, Uri baseUri, CancellationToken cancellationToken)
    {
        string site = RequireAccount(request, "the name of the site");
        SecretCredential credential = SecretOnly(request, "Bearer");
        ServiceEndpoint endpoint = Endpoint(request, baseUri) with
        {
            PermissionRule = "The user of the credential needs the control 'Application Users > API Tokens'.",
            IsError = body =>
                ErrorBodyFormatter.Field(body, "type")?.StartsWith("urn:api-tokens:problem:", StringComparison.Ordinal) == true,
            ReadError = body => ErrorBodyFormatter.Field(body, "detail") ?? ErrorBodyFormatter.Field(body, "title"),
        };
        var client = new ServiceClient(endpoint, credential)
        {
            Prepare = () => SerializerWarmup<UserTokenPageWire>.Run(ApplicationUsersJson.Default.UserTokenPageWire),
        };
        ServiceContext context = Context(request, site, client, credential);
        return Task.FromResult(new OpenedService(new ApplicationUsersService(context), context));
    }
}
