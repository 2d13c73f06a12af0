using ApiTokens.Http;

namespace ApiTokens.Services;

/// <summary>The definition of a service: its name, addresses and capabilities, and how to open it.</summary>
public abstract class ServiceDefinition
{
    /// <summary>The name of the service.</summary>
    public abstract string Name { get; }

    /// <summary>The default name of a connection to the service.</summary>
    public abstract string ConnectionName { get; }

    /// <summary>The operations and fields that the service supports.</summary>
    public abstract ServiceCapabilities Capabilities { get; }

    /// <summary>The addresses by region. A service with one address has a region with an empty name; it may also have no address.</summary>
    public abstract IReadOnlyDictionary<string, Uri> Regions { get; }

    /// <summary>The format of the service's secrets.</summary>
    internal abstract SecretFormat SecretFormat { get; }

    /// <summary>
    /// Returns the one form of an id in which ids are compared, such as <c>7001</c> for <c>07001</c>; null if the text is not an id.
    /// </summary>
    internal abstract string? CanonicalId(string text);

    /// <summary>Returns the permission that makes a token too broad, in the service's terms; null if it has none.</summary>
    internal virtual string? BroadPermission(ApiToken token) => null;

    /// <summary>Returns the scopes of a token that a request asks for, as the service returns them.</summary>
    internal virtual IReadOnlyList<string> ScopeOf(NewTokenRequest request) => request.Scope;

    /// <summary>Returns the users who are responsible for a token: its owner and its issuer, if they are people.</summary>
    internal virtual IEnumerable<string> GetResponsibleUsers(ApiToken token) => new[] { token.Owner, token.Issuer }.OfType<string>();

    /// <summary>
    /// Returns when the current secret was issued (UTC). This is the creation time unless the service can replace secrets.
    /// </summary>
    internal virtual DateTimeOffset? SecretIssuedAt(ApiToken token) => token.CreatedAt;

    /// <summary>Returns a normalized text of a token's permissions; equal texts mean equal permissions.</summary>
    internal virtual string PermissionsOf(ApiToken token) => string.Join(
        "\n",
        string.Join(" ", token.Scope.OrderBy(value => value, StringComparer.Ordinal)),
        string.Join(" ", token.Audience.OrderBy(value => value, StringComparer.Ordinal)),
        token.Role,
        string.Join(" ", (token.Access ?? new Dictionary<string, AccessLevel>())
            .Where(entry => entry.Value != AccessLevel.None)
                .OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}")));

    /// <summary>Opens the service. Sends requests only to look up the account if it was not specified.</summary>
    internal abstract Task<OpenedService> OpenAsync(ConnectionRequest request, Uri baseUri, CancellationToken cancellationToken);

    /// <summary>Creates the endpoint from the request. A service adds its own settings.</summary>
    internal ServiceEndpoint Endpoint(ConnectionRequest request, Uri baseUri) => new()
    {
        Service = Name,
        BaseUri = baseUri,
        Timeout = request.Timeout,
        RequestsPerSecond = request.RequestsPerSecond,
        Http = ConnectionProxy.StackFor(request),
        Time = request.Time,
    };

    /// <summary>Creates the context from the request.</summary>
    internal ServiceContext Context(ConnectionRequest request, string account, ServiceClient client, ServiceCredential credential)
    {
        var identity = new ConnectionIdentity(request.Name ?? ConnectionName, Name, account, client.BaseUri);
        return new ServiceContext(this, identity, client, credential, request.Time, request.PageSize);
    }

    /// <summary>Returns the secret of a request, or throws if it has a user name: this service has no login.</summary>
    internal SecretCredential SecretOnly(ConnectionRequest request, string scheme) => request.Secret is { } secret
        ? new SecretCredential(scheme, secret)
        : throw ApiTokenException.InvalidParameter(
            "Credential", $"{Name} does not support user name and password.",
            $"Specify {Field.Token}, the secret of a token that may manage tokens.");

    /// <summary>Returns the account of a request, or throws if it has none.</summary>
    internal static string RequireAccount(ConnectionRequest request, string meaning) => string.IsNullOrWhiteSpace(request.Account)
        ? throw ApiTokenException.InvalidParameter("Account", "a value is required.", $"Specify {meaning}.")
        : request.Account!;
}

/// <summary>An opened service.</summary>
/// <param name="Service">The service.</param>
/// <param name="Context">The connection.</param>
/// <param name="Proven">Whether looking up the account has already proved the credential.</param>
internal sealed record OpenedService(ITokenService Service, ServiceContext Context, bool Proven = false)
{
    /// <summary>Whether the account has a name of its own, which no other account at the address has.</summary>
    public bool IsAccountKnown { get; init; } = true;
}
