using ApiTokens.Http;

namespace ApiTokens.Services;

/// <summary>A service before anyone connected to it: its name, its addresses, what it can do, and how to open it.</summary>
public abstract class ServiceDefinition
{
    /// <summary>Its name.</summary>
    public abstract string Name { get; }

    /// <summary>The name that a connection to it has when none is given.</summary>
    public abstract string ConnectionName { get; }

    /// <summary>What it can do.</summary>
    public abstract ServiceCapabilities Capabilities { get; }

    /// <summary>The addresses of its regions; a single one has the empty name; none where there is no vendor's address.</summary>
    public abstract IReadOnlyDictionary<string, Uri> Regions { get; }

    /// <summary>What its secrets look like.</summary>
    internal abstract SecretFormat SecretFormat { get; }

    /// <summary>What makes a token broader than one purpose can need, in the service's own words; null where nothing does.</summary>
    internal virtual string? BroadPermission(ApiToken token) => null;

    /// <summary>The people whose leaving should end a token: its owner and its issuer, where these are people.</summary>
    internal virtual IEnumerable<string> GetResponsibleUsers(ApiToken token) => new[] { token.Owner, token.Issuer }.OfType<string>();

    /// <summary>When the secret in use was issued: with the token, but where a token can get another.</summary>
    internal virtual DateTimeOffset? SecretIssuedAt(ApiToken token) => token.CreatedAt;

    /// <summary>A text that is the same for tokens that may do the same.</summary>
    internal virtual string PermissionsOf(ApiToken token) => string.Join(
        "\n",
        string.Join(" ", token.Scope.OrderBy(value => value, StringComparer.Ordinal)),
        string.Join(" ", token.Audience.OrderBy(value => value, StringComparer.Ordinal)),
        token.Role,
        string.Join(" ", (token.Access ?? new Dictionary<string, AccessLevel>())
            .Where(entry => entry.Value != AccessLevel.None).OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}")));

    /// <summary>Opens it. Sends requests only to find out the account where it was not given.</summary>
    internal abstract Task<OpenedService> OpenAsync(ConnectionRequest request, Uri baseUri, CancellationToken cancellationToken);

    /// <summary>The endpoint as the request has it; a service adds what it has of its own.</summary>
    internal ServiceEndpoint Endpoint(ConnectionRequest request, Uri baseUri) => new()
    {
        Service = Name,
        BaseUri = baseUri,
        Timeout = request.Timeout,
        RequestsPerSecond = request.RequestsPerSecond,
        Time = request.Time,
    };

    /// <summary>The connection as the request has it.</summary>
    internal ServiceContext Context(ConnectionRequest request, string account, ServiceClient client, ServiceCredential credential)
    {
        var identity = new ConnectionIdentity(request.Name ?? ConnectionName, Name, account);
        return new ServiceContext(this, identity, client, credential, request.Time, request.PageSize);
    }

    /// <summary>The secret, or a clear word that this service has no login by password.</summary>
    internal SecretCredential SecretOnly(ConnectionRequest request, string scheme) => request.Secret is { } secret
        ? new SecretCredential(scheme, secret)
        : throw ApiTokenException.InvalidParameter(
            "Credential", $"{Name} has no login by user name and password.", $"Specify {Field.Token}, the secret of a token that may manage tokens.");

    /// <summary>The account, or a clear word that it is needed.</summary>
    internal static string RequireAccount(ConnectionRequest request, string meaning) => string.IsNullOrWhiteSpace(request.Account)
        ? throw ApiTokenException.InvalidParameter("Account", "it is needed.", $"Give {meaning}.")
        : request.Account!;
}

/// <summary>An opened service.</summary>
/// <param name="Service">The service.</param>
/// <param name="Context">The connection that it works for.</param>
/// <param name="Proven">Whether finding out the account has proved the credential already.</param>
internal sealed record OpenedService(ITokenService Service, ServiceContext Context, bool Proven = false);
