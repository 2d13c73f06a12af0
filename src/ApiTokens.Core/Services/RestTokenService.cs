using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ApiTokens.Http;

namespace ApiTokens.Services;

/// <summary>
/// A service over HTTP: it sends the requests that services have in common, and turns their records into tokens. A service overrides
/// the requests that differ, and adds those that its capabilities claim.
/// </summary>
/// <typeparam name="TWire">The service's record of a token.</typeparam>
/// <param name="context">The connection that it works for.</param>
/// <param name="json">How the record is read.</param>
/// <param name="path">Where the tokens are: the list is there, and each token below it by its id.</param>
internal abstract class RestTokenService<TWire>(ServiceContext context, JsonTypeInfo<TWire> json, params string[] path)
    : TokenService(context)
    where TWire : class, ITokenWire
{
    // For a list that is one array of everything.
    private const long ListLimit = 2L * 1024 * 1024 * 1024;

    // Not in netstandard2.0.
    protected static HttpMethod Patch { get; } = new("PATCH");

    protected ServiceClient Client => Context.Client;

    /// <summary>Turns a record into a token. The id and what the connection knows are filled in afterwards.</summary>
    protected abstract ApiToken ToToken(TWire wire);

    /// <summary>The request that issues a token; see <see cref="Post"/>.</summary>
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

    protected override Task RemoveCoreAsync(string id, CancellationToken cancellationToken)
    {
        var request = new ServiceRequest(HttpMethod.Delete, Path(id)) { Purpose = $"remove token {id}" };
        return Client.SendAsync(request, cancellationToken, treatNotFoundAsSuccess: true);
    }

    /// <summary>The path of the tokens, or one below it.</summary>
    protected string[] Path(params string[] more) => [.. path, .. more];

    /// <summary>The request for a list that is one array.</summary>
    protected ServiceRequest ListRequest(string purpose = "list the tokens", ServiceCredential? credential = null) =>
        new(HttpMethod.Get, path) { Credential = credential, Purpose = purpose, ResponseLimit = ListLimit };

    /// <summary>A request that proves a credential: the connection's, or another in its place.</summary>
    protected static ServiceRequest ProveRequest(ServiceCredential? credential, params string[] path) =>
        new(HttpMethod.Get, path) { Credential = credential, Purpose = "prove the credential" };

    /// <summary>A request that issues a secret. It is sent once: where its answer is lost, nobody knows whether it had an effect.</summary>
    protected static ServiceRequest Post<TBody>(string[] path, TBody body, JsonTypeInfo<TBody> type, string purpose) =>
        new(HttpMethod.Post, path) { Body = JsonSerializer.SerializeToUtf8Bytes(body, type), IsIdempotent = false, Purpose = purpose };

    /// <summary>Reads the record of a token.</summary>
    protected Task<TWire> ReadAsync(string id, CancellationToken cancellationToken) =>
        Client.GetAsync(new ServiceRequest(HttpMethod.Get, Path(id)) { Purpose = $"read token {id}" }, json, cancellationToken);

    /// <summary>Sends a PATCH to a token; once more changes nothing, so it is repeated where its answer is lost.</summary>
    protected async Task<ApiToken?> PatchAsync<TBody>(
        string id, TBody body, JsonTypeInfo<TBody> type, string purpose, CancellationToken cancellationToken)
    {
        var request = new ServiceRequest(Patch, Path(id)) { Body = JsonSerializer.SerializeToUtf8Bytes(body, type), Purpose = purpose };
        return Map(await Client.GetAsync(request, json, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The token of a record, without the connection's own secret in its texts.</summary>
    protected ApiToken Map(TWire wire) => CredentialRedactor.Redact(
        new ApiToken(ToToken(wire))
        {
            Connection = Identity.Connection,
            Service = Identity.Service,
            Account = Identity.Account,
            Id = wire.Id ?? throw ApiTokenException.InvalidResult(
                $"{Identity.Service} returned a token without an id.", outcomeUnknown: true),
        },
        Credential.Secret);

    /// <summary>The token and the secret in the answer to a request that issues one.</summary>
    protected IssuedToken Issued(TWire wire)
    {
        ApiToken token = Map(wire);
        return wire.Secret is { Length: > 0 } secret ? Issued(token, secret) : throw SecretMissing(token);
    }

    /// <summary>A token and the secret that was issued for it, which is nowhere in the token's texts.</summary>
    protected static IssuedToken Issued(ApiToken token, string secret)
    {
        System.Security.SecureString held = SecretText.ToSecureString(secret);
        return new IssuedToken(CredentialRedactor.Redact(token, held), held);
    }

    /// <summary>The error for a token that the service issued without returning its secret.</summary>
    protected ApiTokenException SecretMissing(ApiToken token) => IsId(token.Id)
        ? new OrphanedTokenException(token, $"{token.Service} issued the token {token} but returned no secret.", inner: null)
        : ApiTokenException.InvalidResult(
            $"{token.Service} issued a token but returned neither a secret nor a valid id.", outcomeUnknown: true);
}
