using System.Globalization;
using ApiTokens.Http;

namespace ApiTokens.Services;

/// <summary>A named connection: service, account, address and credential. It does not expose the credential.</summary>
public sealed class TokenConnection
{
    private readonly AdaptiveRateLimiter _rateLimiter;

    private TokenConnection(string name, ServiceDefinition definition, OpenedService opened, Uri baseUri, ConnectionRequest request)
    {
        Name = name;
        Service = definition.Name;
        Account = opened.Context.Identity.Account;
        BaseUri = baseUri;
        IsAccountKnown = opened.IsAccountKnown;
        AccountIdentity = new AccountIdentity(Service, Account, baseUri);
        Tokens = opened.Service;
        TokenLimit = request.TokenLimit ?? definition.Capabilities.TokenLimit;
        IsTokenLimitSpecified = request.TokenLimit is not null;
        Time = request.Time;
        ConnectedAt = Time.GetUtcNow();
        _rateLimiter = opened.Context.Client.RateLimiter;
        ServiceClock = opened.Context.Client.Clock;
    }

    /// <summary>The name of the connection.</summary>
    public string Name { get; }

    /// <summary>The name of the service.</summary>
    public string Service { get; }

    /// <summary>The account.</summary>
    public string Account { get; }

    /// <summary>The address of the service.</summary>
    public Uri BaseUri { get; }

    /// <summary>
    /// Whether <see cref="Account"/> identifies the account. It does not for a WEGnology user whose id the service did not tell: every
    /// such user has the account <c>user</c>.
    /// </summary>
    public bool IsAccountKnown { get; }

    /// <summary>What the credential does not allow, as the check of the connection showed; null if nothing is known.</summary>
    public string? CredentialLimit { get; private init; }

    /// <summary>Service, account and address. Connections to the same account have equal values.</summary>
    public AccountIdentity AccountIdentity { get; }

    /// <summary>The time when the connection was made (UTC).</summary>
    public DateTimeOffset ConnectedAt { get; }

    /// <summary>The maximum number of requests per second; null for no limit.</summary>
    public double? RequestsPerSecond
    {
        get => _rateLimiter.Cap;
        set => _rateLimiter.Cap = value;
    }

    /// <summary>
    /// The maximum number of tokens of the account: the limit that was specified for the connection, or the limit that the service
    /// documents; null if the service has none.
    /// </summary>
    public int? TokenLimit { get; }

    /// <summary>The operations and fields that the service supports.</summary>
    public ServiceCapabilities Capabilities => Tokens.Capabilities;

    /// <summary>Manages the tokens of the account.</summary>
    public ITokenService Tokens { get; }

    /// <summary>Whether <see cref="TokenLimit"/> was specified, so that it is certain. A documented limit may be outdated.</summary>
    internal bool IsTokenLimitSpecified { get; }

    internal TimeProvider Time { get; }

    internal ServiceClock ServiceClock { get; }

    /// <summary>Connects to a service, and proves the credential with one request unless that is skipped.</summary>
    /// <param name="request">The parameters of the connection.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="ApiTokenException">
    /// A parameter is invalid, the service cannot be reached, or it rejects the credential.
    /// </exception>
    public static async Task<TokenConnection> ConnectAsync(ConnectionRequest request, CancellationToken cancellationToken)
    {
        ServiceDefinition definition = ServiceCatalog.Find(request.Service);
        CheckCredential(request);
        CheckTokenLimit(definition, request);
        Uri baseUri = GetBaseUri(definition, request);
        string name = string.IsNullOrWhiteSpace(request.Name) ? definition.ConnectionName : request.Name!;
        OpenedService opened = await definition.OpenAsync(request, baseUri, cancellationToken).ConfigureAwait(false);
        string? limit = null;
        if (!request.SkipCheck && !opened.Proven)
        {
            limit = await opened.Service.CheckAsync(cancellationToken).ConfigureAwait(false);
        }

        var connection = new TokenConnection(name, definition, opened, baseUri, request) { CredentialLimit = limit };
        LiveConnections.Add(connection);
        return connection;
    }

    /// <summary>Returns the identity of a token of the account.</summary>
    /// <param name="id">The id of the token, in any form.</param>
    /// <returns>The identity, with the canonical id.</returns>
    public TokenIdentity GetIdentity(string id) => new(AccountIdentity, id);

    /// <summary>Returns the name of the connection.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;

    /// <summary>Returns a record of a token of the account of which only the id and the name are known.</summary>
    internal ApiToken CreateReference(string id, string name) => new()
    {
        Connection = Name,
        Service = Service,
        Account = Account,
        BaseUri = BaseUri,
        Id = id,
        Name = name,
    };

    // The exception for an invalid header value would quote the secret, so the secret is validated first.
    private static void CheckCredential(ConnectionRequest request)
    {
        if (request.Secret is null == (request.UserName is null))
        {
            throw ApiTokenException.InvalidParameter(
                "Token", "exactly one credential is required.", $"Specify either {Field.Token} or {Field.Credential}.");
        }

        if (request.UserName is not null && request.Password is null)
        {
            throw ApiTokenException.InvalidParameter("Credential", "it has no password.", "Specify a user name and a password.");
        }

        if (request.Secret is { } secret && !SecretText.FitsHeader(secret))
        {
            throw ApiTokenException.InvalidParameter(
                "Token",
                "the secret is empty or contains spaces, line breaks or characters that are not allowed in a header.",
                "Specify only the secret, exactly as it was issued.");
        }
    }

    private static void CheckTokenLimit(ServiceDefinition definition, ConnectionRequest request)
    {
        if (request.TokenLimit is null)
        {
            return;
        }

        if (definition.Capabilities.TokenLimit is null)
        {
            throw ApiTokenException.InvalidParameter(
                "TokenLimit", $"{definition.Name} documents no limit on the number of tokens.", "Omit it.");
        }

        if (request.TokenLimit < 1)
        {
            throw ApiTokenException.InvalidParameter(
                "TokenLimit", $"'{request.TokenLimit}' is not a valid number of tokens.", "Specify at least 1, or omit it.");
        }
    }

    private static Uri GetBaseUri(ServiceDefinition definition, ConnectionRequest request)
    {
        if (request.BaseUri is not { } uri)
        {
            return GetRegionUri(definition, request.Region);
        }

        if (request.Region is not null)
        {
            throw ApiTokenException.InvalidParameter(
                "Region", "it cannot be combined with an address.", $"Specify either {Field.Region} or {Field.BaseUri}.");
        }

        bool http = uri.IsAbsoluteUri && uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback;
        if (!uri.IsAbsoluteUri || (uri.Scheme != Uri.UriSchemeHttps && !http))
        {
            string given = ForeignText.Argument(uri.IsAbsoluteUri ? $"{uri.Scheme}://{uri.Host}" : uri.OriginalString);
            throw ApiTokenException.InvalidParameter(
                "BaseUri",
                $"'{given}' is not an https address.",
                "Specify an https address. http is allowed only for a loopback address.");
        }

        return uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0
            ? WithAsciiHost(uri)
            : throw ApiTokenException.InvalidParameter(
                "BaseUri", "it has a user, a query or a fragment.", "Specify only the address, such as https://api.example.com.");
    }

    // Letters of other scripts look like Latin ones. In views, errors and journals, the host must be the one that is really used.
    private static Uri WithAsciiHost(Uri uri) => uri.Host.All(c => c <= '\x7f') ? uri : new UriBuilder(uri) { Host = uri.IdnHost }.Uri;

    private static Uri GetRegionUri(ServiceDefinition definition, string? region)
    {
        string names = string.Join(", ", definition.Regions.Keys.Where(name => name.Length > 0));
        return region switch
        {
            null or "" when definition.Regions.TryGetValue(string.Empty, out Uri? only) => only,
            null or "" when names.Length > 0 => throw ApiTokenException.Required(
                "Region", definition.Name, $"Specify one of {names}, or {Field.BaseUri}."),
            null or "" => throw ApiTokenException.Required(
                "BaseUri", definition.Name, $"Specify the address of your {definition.Name} service."),
            _ when definition.Regions.TryGetValue(region.ToUpper(CultureInfo.InvariantCulture), out Uri? uri) => uri,
            _ when names.Length == 0 =>
                throw ApiTokenException.InvalidParameter("Region", $"{definition.Name} has no regions.", "Omit it."),
            _ => throw ApiTokenException.InvalidParameter(
                "Region",
                $"{definition.Name} has no region '{ForeignText.Argument(region)}'.",
                $"Specify one of {names}, or {Field.BaseUri}."),
        };
    }
}
