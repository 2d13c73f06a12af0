using System.Globalization;
using System.Security;
using System.Text.Json;
using ApiTokens.Http;

namespace ApiTokens.Services.Wegnology;

/// <summary>The tokens of one WEGnology user, application or instance (contracts/wegnology.md, 1.2).</summary>
internal sealed class WegnologyService(ServiceContext context, WegnologyAccount account)
    : PagedTokenService<WegnologyTokenWire, WegnologyPageWire>(
        context, WegnologyJson.Default.WegnologyTokenWire, WegnologyJson.Default.WegnologyPageWire, account.Path)
{
    private readonly WegnologyScopes _scopes = WegnologyScopes.For(context.Identity.BaseUri);
    private readonly string[] _ownNames = account.Email is { } email ? [email] : [];

    public override ServiceCapabilities Capabilities => HasRoles ? LosantRoles.Capabilities : base.Capabilities;

    /// <summary>Returns the account of the user of a credential; the same account if the credential may not read it.</summary>
    public static async Task<WegnologyAccount> FindUserAsync(
        ServiceClient client, WegnologyAccount account, CancellationToken cancellationToken)
    {
        WegnologyAccountWire me;
        try
        {
            me = await client.GetAsync(
                ProveRequest(credential: null, account.OwnPath), WegnologyJson.Default.WegnologyAccountWire, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (ApiTokenException e) when (e is { Kind: ErrorKind.PermissionDenied, IsFromService: true })
        {
            return account;
        }

        string? id = me.Id is not null && WegnologyRules.IsId(me.Id) ? TokenIds.LowerHex(me.Id) : null;
        return account.Id is null || id == account.Id
            ? WegnologyAccount.User(id, me.Email)
            : throw ApiTokenException.InvalidParameter(
                "Account", $"the credential belongs to {WegnologyAccount.User(id).Name}, not to {account.Name}.", "Specify 'user'.");
    }

    public override async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        ServiceRequest request = ProveRequest(credential: null, Path()).WithQuery("perPage", "1");
        await Client.GetAsync(request, WegnologyJson.Default.WegnologyPageWire, cancellationToken).ConfigureAwait(false);
        return null;
    }

    // The creator of a token is the token, or the user who logged in, that created it (1.4).
    public override async Task<bool?> IsIssuedByCallerAsync(ApiToken token, CancellationToken cancellationToken)
    {
        (IssuerKind kind, string?[] callers) = Credential is SecretCredential { Secret: { } secret }
            ? (IssuerKind.ApiToken, [.. TokenIdsIn(secret)])
            : (IssuerKind.User, account.IsUser
                ? new[] { (await ReadAccountAsync(credential: null, cancellationToken).ConfigureAwait(false)).Id }
                : []);
        return callers.Length == 0 || token.IssuerKind is null || token.IssuerId is null
            ? null
            : token.IssuerKind == kind && callers.Contains(token.IssuerId, StringComparer.OrdinalIgnoreCase);
    }

    public override string? UserFilterLimit => account.Email is null ? "the users who created tokens" : null;

    public override IReadOnlyList<TokenPermission> KnownPermissions =>
    [
        .. WegnologyScopes.Presets
            .Where(preset => _scopes.Values.Contains($"all.{account.Kind}{preset.Value}"))
            .Select(preset => Permission("Preset", preset.Key, $"all.{account.Kind}{preset.Value}")),
        .. _scopes.Values.Select(value => Permission("Scope", value, WegnologyScopes.CallOf(value))),
        .. HasRoles ? LosantRoles.ByPrivilege.Select(role => Permission("Role", role)) : [],
    ];

    protected override void ValidateNew(NewTokenRequest request)
    {
        CheckDescription(request.Description);
        ScopeOf(request);
        LosantRoles.Resolve(request);
    }

    protected override ServiceRequest CreateRequest(NewTokenRequest request)
    {
        var body = new WegnologyNewTokenWire
        {
            Name = request.Name,
            Description = request.Description,
            ExpirationDate = request.Expiry.GetExpiration(Time.GetUtcNow())?.ToString(
                "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            Scope = ScopeOf(request),
            DefaultRole = LosantRoles.Resolve(request),
        };
        return Post(Path(), body, WegnologyJson.Default.WegnologyNewTokenWire, $"create the token '{request.Name}'");
    }

    protected override Task<ApiToken?> SetEnabledCoreAsync(string id, bool enabled, CancellationToken cancellationToken) =>
        ChangeAsync(
            id,
            new WegnologyChangeWire { Status = enabled ? "active" : "inactive" },
            $"{(enabled ? "enable" : "disable")} token {id}",
            cancellationToken);

    protected override Task<ApiToken?> RenameCoreAsync(string id, string newName, CancellationToken cancellationToken) =>
        ChangeAsync(id, new WegnologyChangeWire { Name = newName }, $"rename token {id}",
            cancellationToken);

    protected override Task<ApiToken?> UpdateCoreAsync(string id, TokenChanges changes, CancellationToken cancellationToken)
    {
        CheckDescription(changes.Description);
        return ChangeAsync(id, new WegnologyChangeWire { Description = changes.Description }, $"change token {id}",
            cancellationToken);
    }

    // A token without the scope gets a 403, which still proves authentication (1.9).
    protected override bool ForbiddenProvesSecret => true;

    // Reads the account and not its tokens, because that needs fewer scopes.
    protected override async Task<SecretCheck> CheckSecretCoreAsync(
        SecureString secret, ApiToken? token, CancellationToken cancellationToken)
    {
        WegnologyAccountWire found =
            await ReadAccountAsync(new SecretCredential("Bearer", secret), cancellationToken).ConfigureAwait(false);
        IReadOnlyCollection<string> claimed = TokenIdsIn(secret);
        return new SecretCheck(SecretState.Accepted)
        {
            TokenId = token is not null && claimed.Contains(token.Id, StringComparer.OrdinalIgnoreCase) ? token.Id : null,
            Account = Identity.Account,
            Owner = found.Email ?? found.Name ?? found.Id,
        };
    }

    // Sorted by id by default. Ids increase with time, so tokens that are created in the meantime come last.
    protected override ServiceRequest PageRequest(int number, int size, TokenFilter filter, bool expiringFirst) => AddFilter(
        new ServiceRequest(HttpMethod.Get, Path()) { Purpose = "list the tokens" }
            .WithQuery("page", number.ToString(CultureInfo.InvariantCulture))
            .WithQuery("perPage", size.ToString(CultureInfo.InvariantCulture))
            .WithQuery("sortField", expiringFirst ? "expirationDate" : "id")
            .WithQuery("sortDirection", "asc"),
        filter);

    protected override ApiToken ToToken(WegnologyTokenWire wire, string id) => new(Origin)
    {
        Id = id,
        Name = wire.Name ?? string.Empty,
        Description = wire.Description,
        Status = WegnologyRules.Status(wire, Time.GetUtcNow()),
        Owner = wire.OwnerId,
        UserNames = UserNamesOf(wire),
        Issuer = wire.CreatorName ?? wire.CreatorId,
        IssuerKind = Enum.TryParse(wire.CreatorType, ignoreCase: true, out IssuerKind kind) ? kind : null,
        IssuerId = wire.CreatorId,
        Scope = wire.Scope ?? [],
        Role = wire.DefaultRole,
        UnsupportedPermissions = wire switch
        {
            { OrgRoles: { ValueKind: JsonValueKind.Array } roles } when roles.GetArrayLength() > 0 => "orgRoles",
            { DefaultRole: not null } when !HasRoles => "defaultRole",
            _ => null,
        },
        CreatedAt = wire.CreationDate,
        UpdatedAt = wire.LastUpdated,
        ExpiresAt = wire.ExpirationDate,
    };

    // Losant's tokens of users have roles; those of applications and instances have none (1.5).
    private bool HasRoles => account.IsUser && LosantRoles.IsLosant(Identity.BaseUri);

    // The owner is an id. The service tells the name of the user who created a token, and the address of the connection's own user.
    private string[] UserNamesOf(WegnologyTokenWire wire) =>
        string.Equals(wire.CreatorType, nameof(IssuerKind.User), StringComparison.OrdinalIgnoreCase) && wire.CreatorName is { } creator
        ? [.. _ownNames, creator]
        : _ownNames;

    // A page of a proxy may be JSON too. It does not name an account.
    private async Task<WegnologyAccountWire> ReadAccountAsync(ServiceCredential? credential, CancellationToken cancellationToken)
    {
        WegnologyAccountWire found = await Client.GetAsync(
            ProveRequest(credential, account.OwnPath), WegnologyJson.Default.WegnologyAccountWire, cancellationToken).ConfigureAwait(false);
        return found is { Id: null, Name: null, Email: null }
            ? throw ApiTokenException.InvalidResult($"{Identity.Service} did not return the account of the secret.")
            : found;
    }

    private string[] ScopeOf(NewTokenRequest request) => request switch
    {
        { HasKnownPermissions: false } => _scopes.Resolve(request.Scope, account),
        { Scope.Count: > 0 } => [.. request.Scope],
        _ => throw new ApiTokenException(
            ErrorKind.InvalidResult,
            $"{Identity.Service} returned no scope for the token '{request.Name}', so a new token cannot have the same permissions.",
            $"Issue a new token with {Field.Scope}, then remove the old token.",
            ErrorIds.PermissionsUnknown),
    };

    private static void CheckDescription(string? description)
    {
        if (description?.Length > WegnologyRules.MaxDescriptionLength)
        {
            throw ApiTokenException.InvalidParameter(
                "Description", $"it has {description.Length} characters.", $"Specify at most {WegnologyRules.MaxDescriptionLength}.");
        }
    }

    private Task<ApiToken?> ChangeAsync(string id, WegnologyChangeWire change, string purpose, CancellationToken cancellationToken) =>
        PatchAsync(id, change, WegnologyJson.Default.WegnologyChangeWire, purpose, cancellationToken);

    // The server supports one filter (1.3). Only '*' is documented as a wildcard, so other patterns are applied by the client.
    private static ServiceRequest AddFilter(ServiceRequest list, TokenFilter filter)
    {
        if (filter.Names.Count == 1 && filter.Names[0].Text.IndexOfAny(['?', '[', ']', '`', '{', '}', '\\', '!', '(', ')']) < 0)
        {
            return list.WithQuery("filterField", "name").WithQuery("filter", filter.Names[0].Text);
        }

        bool byStatus = filter.Statuses.Count == 1 && filter.Statuses[0] is (TokenStatus.Active or TokenStatus.Inactive);
        return byStatus ? list.WithQuery("filterField", "status")
            .WithQuery("filter", filter.Statuses[0].ToString().ToLowerInvariant()) : list;
    }
}
