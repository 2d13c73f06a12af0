using System.Globalization;
using ApiTokens.Http;

namespace ApiTokens.Services;

/// <summary>A connection: service, account, address and credential under a name. It shows no credential.</summary>
public sealed class TokenConnection
{
    private readonly AdaptiveRateLimiter _pace;

    private TokenConnection(string name, ServiceDefinition definition, OpenedService opened, Uri baseUri, TimeProvider time)
    {
        Name = name;
        Service = definition.Name;
        Account = opened.Context.Identity.Account;
        BaseUri = baseUri;
        AccountIdentity = new AccountIdentity(Service, Account, baseUri);
        Tokens = opened.Service;
        Time = time;
        ConnectedAt = time.GetUtcNow();
        _pace = opened.Context.Client.Pace;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The service.</summary>
    public string Service { get; }

    /// <summary>The account.</summary>
    public string Account { get; }

    /// <summary>The address.</summary>
    public Uri BaseUri { get; }

    /// <summary>Service, account and address: the same for every connection to the account.</summary>
    public AccountIdentity AccountIdentity { get; }

    /// <summary>When it was made (UTC).</summary>
    public DateTimeOffset ConnectedAt { get; }

    /// <summary>The most requests a second that it sends; null for no limit of ours.</summary>
    public double? RequestsPerSecond
    {
        get => _pace.Cap;
        set => _pace.Cap = value;
    }

    /// <summary>What the service can do.</summary>
    public ServiceCapabilities Capabilities => Tokens.Capabilities;

    /// <summary>The service's tokens, through this connection.</summary>
    public ITokenService Tokens { get; }

    internal TimeProvider Time { get; }

    /// <summary>Connects, and proves the credential with one call unless asked not to.</summary>
    /// <param name="request">Where and as whom.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="ApiTokenException">A parameter is wrong, the service is out of reach, or it does not accept the credential.</exception>
    public static async Task<TokenConnection> ConnectAsync(ConnectionRequest request, CancellationToken cancellationToken)
    {
        ServiceDefinition definition = ServiceCatalog.Find(request.Service);
        CheckCredential(request);
        Uri baseUri = AddressOf(definition, request);
        string name = string.IsNullOrWhiteSpace(request.Name) ? definition.ConnectionName : request.Name!;
        OpenedService opened = await definition.OpenAsync(request, baseUri, cancellationToken).ConfigureAwait(false);
        if (!request.SkipCheck && !opened.Proven)
        {
            await opened.Service.CheckAsync(cancellationToken).ConfigureAwait(false);
        }

        return new TokenConnection(name, definition, opened, baseUri, request.Time);
    }

    /// <summary>The connection's name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;

    // A header with a character that HTTP forbids fails in a way that quotes it, so it is refused before one is made.
    private static void CheckCredential(ConnectionRequest request)
    {
        if (request.Secret is null == (request.UserName is null))
        {
            throw ApiTokenException.InvalidParameter("Token", "one credential is needed, of one kind.", $"Specify either {Field.Token} or {Field.Credential}.");
        }

        if (request.UserName is not null && request.Password is null)
        {
            throw ApiTokenException.InvalidParameter("Credential", "it has no password.", "Give a user name and a password.");
        }

        if (request.Secret is { } secret && !SecretText.FitsHeader(secret))
        {
            throw ApiTokenException.InvalidParameter(
                "Token", "the secret is empty or has spaces, line breaks or characters that a header cannot hold.", "Give the secret alone, as it was issued.");
        }
    }

    private static Uri AddressOf(ServiceDefinition definition, ConnectionRequest request)
    {
        if (request.BaseUri is not { } uri)
        {
            return RegionOf(definition, request.Region);
        }

        if (request.Region is not null)
        {
            throw ApiTokenException.InvalidParameter("Region", "the address is given already.", $"Specify either {Field.Region} or {Field.BaseUri}.");
        }

        bool http = uri.IsAbsoluteUri && uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback;
        if (!uri.IsAbsoluteUri || (uri.Scheme != Uri.UriSchemeHttps && !http))
        {
            throw ApiTokenException.InvalidParameter(
                "BaseUri", $"'{(uri.IsAbsoluteUri ? $"{uri.Scheme}://{uri.Host}" : uri.OriginalString)}' is no https address.", "Credentials go over https; http is for this machine only.");
        }

        return uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0
            ? uri
            : throw ApiTokenException.InvalidParameter("BaseUri", "it has a user, a query or a fragment.", "Give the address alone, such as https://api.example.com.");
    }

    private static Uri RegionOf(ServiceDefinition definition, string? region)
    {
        string names = string.Join(", ", definition.Regions.Keys.Where(name => name.Length > 0));
        return region switch
        {
            null or "" when definition.Regions.TryGetValue(string.Empty, out Uri? only) => only,
            null or "" when names.Length > 0 => throw ApiTokenException.InvalidParameter("Region", "it is needed.", $"Specify one of {names}, or {Field.BaseUri}."),
            null or "" => throw ApiTokenException.InvalidParameter("BaseUri", "it is needed.", $"Give the address of your {definition.Name} service."),
            _ when definition.Regions.TryGetValue(region.ToUpper(CultureInfo.InvariantCulture), out Uri? uri) => uri,
            _ when names.Length == 0 => throw ApiTokenException.InvalidParameter("Region", $"{definition.Name} has no regions.", "Leave it out."),
            _ => throw ApiTokenException.InvalidParameter("Region", $"{definition.Name} has no region '{region}'.", $"Specify one of {names}, or {Field.BaseUri}."),
        };
    }
}
