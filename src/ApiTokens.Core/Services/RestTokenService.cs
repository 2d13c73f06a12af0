using System.Net;
using System.Runtime.CompilerServices;
using System.Security;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ApiTokens.Http;

namespace ApiTokens.Services;

/// <summary>
/// The base class of services with an HTTP API. It sends the requests that the services have in common and maps their records to
/// tokens. A service overrides the requests that differ and implements the operations that its capabilities declare.
/// </summary>
/// <typeparam name="TWire">The service's token record.</typeparam>
/// <param name="context">The connection.</param>
/// <param name="json">The JSON metadata of the record.</param>
/// <param name="path">The path of the token list. The path of a token is this path and the token's id.</param>
internal abstract class RestTokenService<TWire>(ServiceContext context, JsonTypeInfo<TWire> json, params string[] path)
    : TokenService(context)
    where TWire : class, ITokenWire
{
    // A list without pages is one array of all tokens.
    private const long ListLimit = 2L * 1024 * 1024 * 1024;

    // Not in netstandard2.0.
    protected static HttpMethod Patch { get; } = new("PATCH");

    protected ServiceClient Client => Context.Client;

    /// <summary>The properties that all tokens of the connection share.</summary>
    protected ApiToken Origin { get; } = new()
    {
        Connection = context.Identity.Connection,
        Service = context.Identity.Service,
        Account = context.Identity.Account,
        BaseUri = context.Identity.BaseUri,
    };

    /// <summary>Maps a record to a token: a copy of <see cref="Origin"/> with the canonical id and the record's properties.</summary>
    protected abstract ApiToken ToToken(TWire wire, string id);

    /// <summary>Creates the request that issues a token; see <see cref="Post"/>.</summary>
    protected abstract ServiceRequest CreateRequest(NewTokenRequest request);

    protected override async IAsyncEnumerable<ApiToken> ListCoreAsync(
        TokenFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (TWire wire in Client.StreamAsync(ListRequest(), json, cancellationToken).ConfigureAwait(false))
        {
            yield return Map(wire);
        }
    }

    protected override async Task<ApiToken> GetCoreAsync(string id, CancellationToken cancellationToken) =>
        Map(await ReadAsync(id, cancellationToken).ConfigureAwait(false));

    protected override async Task<IssuedToken> CreateCoreAsync(NewTokenRequest request, CancellationToken cancellationToken) =>
        Issued(await Client.GetAsync(CreateRequest(request), json, cancellationToken).ConfigureAwait(false));

    protected override async Task RemoveCoreAsync(string id, CancellationToken cancellationToken)
    {
        var request = new ServiceRequest(HttpMethod.Delete, Path(id)) { Purpose = $"remove token {id}", TokenId = id };
        ServiceResponse response = await Client.SendAsync(request, cancellationToken, treatNotFoundAsSuccess: true).ConfigureAwait(false);

        // A 404 may be the page of a proxy.
        if (response.Status == HttpStatusCode.NotFound && await ExistsAsync(id, cancellationToken).ConfigureAwait(false))
        {
            throw ApiTokenException.InvalidResult(
                $"{Identity.Service} reported that token {id} does not exist, but it still exists.", outcomeUnknown: true);
        }
    }

    private async Task<bool> ExistsAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await TokenReading.IfExistsAsync(
                GetCoreAsync(id, cancellationToken),
                () => ListCoreAsync(TokenFilter.Existing, cancellationToken),
                token => token.Id == id).ConfigureAwait(false) is not null;
        }
        catch (ApiTokenException e) when (!e.OutcomeUnknown)
        {
            throw ErrorReader.FailedAfterLostResponse(e);
        }
    }

    /// <summary>Returns the path of the tokens, or a path below it.</summary>
    protected string[] Path(params string[] more) => [.. path, .. more];

    /// <summary>Creates the request for a list without pages.</summary>
    protected ServiceRequest ListRequest(string purpose = "list the tokens", bool checksConnection = false) =>
        new(HttpMethod.Get, path) { Purpose = purpose, ChecksConnection = checksConnection, ResponseLimit = ListLimit };

    /// <summary>Creates a request that proves a credential; null for the connection's credential.</summary>
    protected static ServiceRequest ProveRequest(ServiceCredential? credential, params string[] path) =>
        new(HttpMethod.Get, path) { Credential = credential, Purpose = "check the credential", ChecksConnection = credential is null };

    /// <summary>Creates a request that issues a secret. It is not idempotent: if its response is lost, the outcome is unknown.</summary>
    protected static ServiceRequest Post<TBody>(string[] path, TBody body, JsonTypeInfo<TBody> type, string purpose) =>
        new(HttpMethod.Post, path) { Body = JsonSerializer.SerializeToUtf8Bytes(body, type), IsIdempotent = false, Purpose = purpose };

    /// <summary>Reads a token record.</summary>
    protected Task<TWire> ReadAsync(string id, CancellationToken cancellationToken) =>
        Client.GetAsync(
            new ServiceRequest(HttpMethod.Get, Path(id)) { Purpose = $"read token {id}", TokenId = id }, json, cancellationToken);

    /// <summary>Sends a PATCH request for a token. The request is idempotent and is retried if its response is lost.</summary>
    protected async Task<ApiToken?> PatchAsync<TBody>(
        string id, TBody body, JsonTypeInfo<TBody> type, string purpose, CancellationToken cancellationToken)
    {
        var request = new ServiceRequest(Patch, Path(id))
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(body, type),
            Purpose = purpose,
            TokenId = id,
        };
        return Map(await Client.GetAsync(request, json, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Maps a record to a token and redacts the connection's secret in its texts.</summary>
    protected ApiToken Map(TWire wire)
    {
        string id = wire.Id
            ?? throw ApiTokenException.InvalidResult($"{Identity.Service} returned a token without an id.", outcomeUnknown: true);
        ApiToken token = ToToken(wire, Context.Definition.CanonicalId(id) ?? id);
        foreach (SecureString? secret in Credential.KnownSecrets)
        {
            token = ForeignText.Redact(token, secret);
        }

        return token;
    }

    /// <summary>Returns the token and the secret of a response to a request that issues a secret.</summary>
    protected IssuedToken Issued(TWire wire)
    {
        ApiToken token = Map(wire);
        return wire.Secret is { Length: > 0 } secret ? Issued(token, secret) : throw SecretMissing(token);
    }

    /// <summary>Combines a token and its new secret, and redacts the secret in the token's texts.</summary>
    protected IssuedToken Issued(ApiToken token, string secret)
    {
        if (!SecretText.FitsHeader(secret))
        {
            throw SecretMissing(token);
        }

        SecureString secureSecret = SecretText.ToSecureString(secret);
        return new IssuedToken(ForeignText.Redact(token, secureSecret), secureSecret);
    }

    /// <summary>
    /// Creates the error for a token that the service issued without a secret, or with a text that no header can have. The text could
    /// control a terminal, and nobody could use it.
    /// </summary>
    protected ApiTokenException SecretMissing(ApiToken token) => IsId(token.Id)
        ? new OrphanedTokenException(token, $"{token.Service} issued the token {token} but did not return a usable secret.", inner: null)
        : ApiTokenException.InvalidResult(
            $"{token.Service} issued a token but returned neither a usable secret nor a valid id.", outcomeUnknown: true);
}
