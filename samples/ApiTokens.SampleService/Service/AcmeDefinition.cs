using ApiTokens.Http;
using ApiTokens.Services;

namespace ApiTokens.SampleService.Service;

/// <summary>The tokens of an Acme account (contract.md).</summary>
internal sealed class AcmeDefinition : ServiceDefinition
{
    public override string Name => "Acme";

    public override string ConnectionName => "acme";

    public override ServiceCapabilities Capabilities { get; } = new()
    {
        Service = "Acme",
        RequiredFields = NewTokenFields.Name | NewTokenFields.Scope,
        Expiry = ExpiryChoice.AnyOrNever,
        SetEnabled = true,
        PermissionsAdvice = $"Specify {Field.Scope}.",
    };

    public override IReadOnlyDictionary<string, Uri> Regions { get; } =
        new Dictionary<string, Uri> { [string.Empty] = new("https://api.acme.example") };

    internal override SecretFormat SecretFormat { get; } = new AcmeSecretFormat();

    internal override string? CanonicalId(string text) => TokenIds.Number(text);

    internal override string? BroadPermission(ApiToken token) => token.Scope.Contains("manage") ? "the scope 'manage'" : null;

    internal override Task<OpenedService> OpenAsync(ConnectionRequest request, Uri baseUri, CancellationToken cancellationToken)
    {
        string account = RequireAccount(request, "the name of the Acme account");
        SecretCredential credential = SecretOnly(request, "Bearer");
        ServiceEndpoint endpoint = Endpoint(request, baseUri) with { ReadError = body => ErrorBodyFormatter.Field(body, "error") };
        ServiceContext context = Context(request, account, new ServiceClient(endpoint, credential), credential);
        return Task.FromResult(new OpenedService(new AcmeService(context), context));
    }
}
