using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security;
using System.Text.Json;
using ApiTokens.Http;

namespace ApiTokens.Services.Wegnology;

/// <summary>The tokens of one WEGnology user, application or instance (contracts/wegnology.md, 1.2).</summary>
internal sealed class WegnologyService(
    ConnectionIdentity identity, WegnologyAccount account, WegnologyScopes scopes, ServiceClient client, ServiceCredential credential, ConnectionRequest request)
    : TokenService(identity, credential, request.Time)
{
    private static readonly HttpMethod Patch = new("PATCH");

    private const int MostIdsInClaims = 8;

    private IReadOnlyCollection<string>? _ownIds;

    public override ServiceCapabilities Capabilities => WegnologyRules.Capabilities;

    public override Task CheckAsync(CancellationToken cancellationToken) =>
        client.GetAsync(
            new ServiceRequest(HttpMethod.Get, account.Path) { Purpose = "prove the credential" }.WithQuery("perPage", "1"),
            WegnologyJson.Default.WegnologyPageWire,
            cancellationToken);

    public override async Task<TokenPreview> ListFirstAsync(int most, CancellationToken cancellationToken)
    {
        Page<ApiToken> page = await ReadPageAsync(0, most, "expirationDate", new TokenFilter { Statuses = [TokenStatus.Active] }, cancellationToken).ConfigureAwait(false);
        return new TokenPreview(page.Items, page.Total <= page.Items.Count);
    }

    public override bool IsId(string text) => WegnologyRules.IsId(text);

    public override IReadOnlyList<TokenPermission> KnownPermissions =>
    [
        .. WegnologyScopes.Presets
            .Where(preset => scopes.Values.Contains($"all.{account.Kind}{preset.Value}"))
            .Select(preset => Permission("Preset", preset.Key, $"all.{account.Kind}{preset.Value}")),
        .. scopes.Values.Select(value => Permission("Scope", value)),
    ];

    // The claims are not documented (1.12): an id among them that is a token's tells, and nothing else does.
    public override async IAsyncEnumerable<SearchStep> FindBySecretAsync(
        IReadOnlyList<SecureString> secrets, int maximumReads, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int i = 0; i < secrets.Count; i++)
        {
            ApiToken? found = null;
            string[] ids = [.. WegnologyRules.IdsInClaims(secrets[i]).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostIdsInClaims)];
            var notes = new List<string>();
            foreach (string id in ids)
            {
                (found, string? note) = await TryReadAsync(id, cancellationToken).ConfigureAwait(false);
                if (found is not null)
                {
                    break;
                }

                notes.Add(note!);
            }

            yield return found is not null
                ? SearchStep.Found(i, found, MatchedBy.Claims)
                : SearchStep.NotFound(i, ids.Length == 0 ? "Its claims name no token." : string.Join(" ", notes));
        }
    }

    public override Task<bool> IsOwnTokenAsync(ApiToken token, CancellationToken cancellationToken)
    {
        // A login's session is no token of the list; a secret that was given may name its token in its claims.
        _ownIds ??= Credential is SecretCredential given ? WegnologyRules.IdsInClaims(given.Secret!) : [];
        return Task.FromResult(_ownIds.Contains(token.Id, StringComparer.OrdinalIgnoreCase));
    }

    public override NewTokenRequest CreateSuccessorRequest(ApiToken token, TokenExpiry expiry) => new()
    {
        Name = token.Name,
        Description = token.Description,
        Expiry = ResolveExpiry(token, expiry),
        Scope = token.Scope,
        HasKnownPermissions = true,
    };

    protected override IAsyncEnumerable<ApiToken> ListCoreAsync(TokenFilter filter, CancellationToken cancellationToken) =>
        Page<ApiToken>.WalkAsync((number, cancellationToken) => ReadPageAsync(number, filter, cancellationToken), token => token.Id, cancellationToken);

    protected override async Task<ApiToken> GetCoreAsync(string id, CancellationToken cancellationToken) =>
        Map(await client.GetAsync(
            new ServiceRequest(HttpMethod.Get, Path(id)) { Purpose = $"read token {id}" }, WegnologyJson.Default.WegnologyTokenWire, cancellationToken)
            .ConfigureAwait(false));

    protected override void ValidateNew(NewTokenRequest request)
    {
        CheckName(request.Name, "Name");
        CheckDescription(request.Description);
        ScopeOf(request);
        Refuse(request.Audience.Count > 0, "Audience", $"Specify {Field.Scope}.");
        Refuse(request.Role is not null, "Role", $"Specify {Field.Scope}.");
        Refuse(request.Access.Count > 0, "Access", $"Specify {Field.Scope}.");
        Refuse(request.ApplyToAll is not null, "ApplyToAll", $"Specify {Field.Scope}.");
        Refuse(request.User is not null, "User", "Its tokens act for the connection's account: leave it out.");
    }

    protected override async Task<IssuedToken> CreateCoreAsync(NewTokenRequest request, CancellationToken cancellationToken)
    {
        var body = new WegnologyNewTokenWire
        {
            Name = request.Name,
            Description = request.Description,
            ExpirationDate = request.Expiry.GetExpiration(Time.GetUtcNow())?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            Scope = ScopeOf(request),
        };
        WegnologyTokenWire wire = await client.GetAsync(
            new ServiceRequest(HttpMethod.Post, account.Path)
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(body, WegnologyJson.Default.WegnologyNewTokenWire),
                IsIdempotent = false,
                Purpose = $"create the token '{request.Name}'",
            },
            WegnologyJson.Default.WegnologyTokenWire,
            cancellationToken).ConfigureAwait(false);
        ApiToken token = Map(wire);
        return wire.Token is { Length: > 0 } secret
            ? Issued(token, secret)
            : throw SecretMissing(token);
    }

    protected override Task<ApiToken?> SetEnabledCoreAsync(string id, bool enabled, CancellationToken cancellationToken) =>
        ChangeAsync(id, new WegnologyChangeWire { Status = enabled ? "active" : "inactive" }, $"{(enabled ? "enable" : "disable")} token {id}", cancellationToken);

    protected override Task<ApiToken?> RenameCoreAsync(string id, string newName, CancellationToken cancellationToken) =>
        ChangeAsync(id, new WegnologyChangeWire { Name = newName }, $"rename token {id}", cancellationToken);

    protected override Task<ApiToken?> UpdateCoreAsync(string id, TokenChanges changes, CancellationToken cancellationToken)
    {
        CheckDescription(changes.Description);
        return ChangeAsync(id, new WegnologyChangeWire { Description = changes.Description }, $"change token {id}", cancellationToken);
    }

    // The account itself, and not its tokens: fewer scopes are needed, and one that lacks them is let in and then denied (1.9).
    protected override async Task<SecretCheck> CheckSecretCoreAsync(SecureString secret, ApiToken? token, CancellationToken cancellationToken)
    {
        WegnologyAccountWire? found = await client.TryGetAsync(
            new ServiceRequest(HttpMethod.Get, account.OwnPath) { Credential = new SecretCredential("Bearer", secret), Purpose = "prove the credential" },
            WegnologyJson.Default.WegnologyAccountWire,
            cancellationToken).ConfigureAwait(false);
        IReadOnlyCollection<string> claimed = WegnologyRules.IdsInClaims(secret);
        return new SecretCheck(SecretState.Accepted)
        {
            TokenId = token is not null && claimed.Contains(token.Id, StringComparer.OrdinalIgnoreCase) ? token.Id : null,
            Account = Identity.Account,
            Owner = found?.Email ?? found?.Name ?? found?.Id,
        };
    }

    protected override Task RemoveCoreAsync(string id, CancellationToken cancellationToken) =>
        client.SendAsync(new ServiceRequest(HttpMethod.Delete, Path(id)) { Purpose = $"remove token {id}" }, cancellationToken, treatNotFoundAsSuccess: true);

    private string[]? ScopeOf(NewTokenRequest request) =>
        request.HasKnownPermissions ? [.. request.Scope] : scopes.Resolve(request.Scope, account);

    private static void CheckDescription(string? description)
    {
        if (description?.Length > WegnologyRules.LongestDescription)
        {
            throw ApiTokenException.InvalidParameter(
                "Description", $"it has {description.Length} characters.", $"Give at most {WegnologyRules.LongestDescription}.");
        }
    }

    private async Task<ApiToken?> ChangeAsync(string id, WegnologyChangeWire change, string purpose, CancellationToken cancellationToken) =>
        Map(await client.GetAsync(
            new ServiceRequest(Patch, Path(id))
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(change, WegnologyJson.Default.WegnologyChangeWire),
                Purpose = purpose,
            },
            WegnologyJson.Default.WegnologyTokenWire,
            cancellationToken).ConfigureAwait(false));

    // Sorted by id, which grows with time: what is created meanwhile comes last, which Page.WalkAsync relies on.
    private Task<Page<ApiToken>> ReadPageAsync(int number, TokenFilter filter, CancellationToken cancellationToken) =>
        ReadPageAsync(number, request.PageSize, "id", filter, cancellationToken);

    private async Task<Page<ApiToken>> ReadPageAsync(int number, int size, string sortField, TokenFilter filter, CancellationToken cancellationToken)
    {
        ServiceRequest list = new ServiceRequest(HttpMethod.Get, account.Path) { Purpose = "list the tokens" }
            .WithQuery("page", number.ToString(CultureInfo.InvariantCulture))
            .WithQuery("perPage", size.ToString(CultureInfo.InvariantCulture))
            .WithQuery("sortField", sortField)
            .WithQuery("sortDirection", "asc");
        WegnologyPageWire page = await client.GetAsync(AddFilter(list, filter), WegnologyJson.Default.WegnologyPageWire, cancellationToken).ConfigureAwait(false);
        WegnologyTokenWire?[] items = page.Items ?? throw ApiTokenException.InvalidResult("WEGnology answered with a list that has no items.");
        long total = page.TotalCount ?? throw ApiTokenException.InvalidResult("WEGnology did not say how many tokens its list has.");
        return new Page<ApiToken>([.. items.OfType<WegnologyTokenWire>().Select(Map)], page.PerPage ?? size, total);
    }

    // The server takes one filter (1.3). Its globbing is told with '*' only, so a pattern with more is left to our side.
    private static ServiceRequest AddFilter(ServiceRequest list, TokenFilter filter)
    {
        if (filter.Names.Count == 1 && filter.Names[0].Text.IndexOfAny(['?', '[', ']', '`', '{', '}', '\\', '!', '(', ')']) < 0)
        {
            return list.WithQuery("filterField", "name").WithQuery("filter", filter.Names[0].Text);
        }

        bool one = filter.Statuses.Count == 1 && filter.Statuses[0] is (TokenStatus.Active or TokenStatus.Inactive);
        return one ? list.WithQuery("filterField", "status").WithQuery("filter", filter.Statuses[0].ToString().ToLowerInvariant()) : list;
    }

    private string[] Path(string id) => [.. account.Path, id];

    private ApiToken Map(WegnologyTokenWire wire) => Record(new()
    {
        Connection = Identity.Connection,
        Service = Identity.Service,
        Account = Identity.Account,
        Id = wire.Id ?? wire.ApiTokenId ?? throw ApiTokenException.InvalidResult("WEGnology answered with a token that has no id.", outcomeUnknown: true),
        Name = wire.Name ?? string.Empty,
        Description = wire.Description,
        Status = WegnologyRules.Status(wire, Time.GetUtcNow()),
        Owner = wire.OwnerId,
        Issuer = wire.CreatorName ?? wire.CreatorId,
        Scope = wire.Scope ?? [],
        CreatedAt = wire.CreationDate,
        UpdatedAt = wire.LastUpdated,
        ExpiresAt = wire.ExpirationDate,
    });
}
