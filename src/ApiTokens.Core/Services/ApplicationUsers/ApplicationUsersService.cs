using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security;
using System.Text.Json;
using System.Text.RegularExpressions;
using ApiTokens.Http;

namespace ApiTokens.Services.ApplicationUsers;

/// <summary>The tokens of the users of one site (docs/application-users-api.yaml).</summary>
internal sealed class ApplicationUsersService(ConnectionIdentity identity, ServiceClient client, SecretCredential credential, int pageSize, TimeProvider time)
    : TokenService(identity, credential, time)
{
    private const int DefaultMonths = 6;

    private static readonly Regex IdForm = new(@"\Aat_[0-9a-z]{20}\z", RegexOptions.CultureInvariant);
    private static readonly HttpMethod Patch = new("PATCH");

    private string? _ownId;
    private IReadOnlyList<TokenPermission> _permissions = [];

    public override ServiceCapabilities Capabilities => ApplicationUsersRules.Capabilities;

    public override Task CheckAsync(CancellationToken cancellationToken) => WhoAmIAsync(cancellationToken);

    public override async Task<TokenPreview> ListFirstAsync(int most, CancellationToken cancellationToken)
    {
        Page<ApiToken> page = await ReadPageAsync(0, most, new TokenFilter { Statuses = [TokenStatus.Active] }, cancellationToken).ConfigureAwait(false);
        return new TokenPreview(page.Items, page.Total <= page.Items.Count);
    }

    public override bool IsId(string text) => IdForm.IsMatch(text);

    public override async Task<IReadOnlyList<TokenPermission>> ListPermissionsAsync(CancellationToken cancellationToken)
    {
        ApiWire?[] apis = await client.GetAsync(
            new ServiceRequest(HttpMethod.Get, "sites", Identity.Account, "apis") { Purpose = "list the APIs" }, ApplicationUsersJson.Default.ApiWireArray, cancellationToken)
            .ConfigureAwait(false);
        _permissions = [.. apis.OfType<ApiWire>().Where(api => api.Code is not null).Select(api => Permission("Api", api.Code!, api.Name))];
        return _permissions;
    }

    // Those of the last list.
    public override IReadOnlyList<TokenPermission> KnownPermissions => _permissions;

    // A secret tells nothing of its token, and no one shows it again. But who this connection is, the service says.
    public override async IAsyncEnumerable<SearchStep> FindBySecretAsync(
        IReadOnlyList<SecureString> secrets, int maximumReads, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int i = 0; i < secrets.Count; i++)
        {
            if (IsOwnSecret(secrets[i]) && (await WhoAmIAsync(cancellationToken).ConfigureAwait(false)).TokenId is { } id)
            {
                (ApiToken? token, string? note) = await TryReadAsync(id, cancellationToken).ConfigureAwait(false);
                yield return token is null ? SearchStep.NotFound(i, note!) : SearchStep.Found(i, token, MatchedBy.Credential);
            }
        }
    }

    public override async Task<bool> IsOwnTokenAsync(ApiToken token, CancellationToken cancellationToken) =>
        token.Id == (_ownId ??= (await WhoAmIAsync(cancellationToken).ConfigureAwait(false)).TokenId ?? string.Empty);

    public override NewTokenRequest CreateSuccessorRequest(ApiToken token, TokenExpiry expiry) => new()
    {
        Name = token.Name,
        Expiry = expiry.IsServiceDefault ? SameMonths(token) : expiry,
        Access = token.Access ?? new Dictionary<string, AccessLevel>(),
        User = token.Owner,
    };

    protected override IAsyncEnumerable<ApiToken> ListCoreAsync(TokenFilter filter, CancellationToken cancellationToken) =>
        Page<ApiToken>.WalkAsync((number, cancellationToken) => ReadPageAsync(number, filter, cancellationToken), token => token.Id, cancellationToken);

    protected override async Task<ApiToken> GetCoreAsync(string id, CancellationToken cancellationToken) => Map(await client.GetAsync(
        new ServiceRequest(HttpMethod.Get, TokenPath(id)) { Purpose = $"read token {id}" }, ApplicationUsersJson.Default.UserTokenWire, cancellationToken)
        .ConfigureAwait(false));

    protected override void ValidateNew(NewTokenRequest request)
    {
        if (request.Name.Length > 0)
        {
            CheckName(request.Name, "Name");
        }

        if (string.IsNullOrWhiteSpace(request.User))
        {
            throw ApiTokenException.InvalidParameter("User", "the user whom the token acts for is needed.", "Give the id of a user of the site.");
        }

        Refuse(request.Scope.Count > 0, "Scope", $"Specify {Field.Access} or {Field.ApplyToAll}.");
        Refuse(request.Audience.Count > 0, "Audience", $"Specify {Field.Access} or {Field.ApplyToAll}.");
        Refuse(request.Role is not null, "Role", $"Specify {Field.Access} or {Field.ApplyToAll}.");
    }

    protected override Task<IssuedToken> CreateCoreAsync(NewTokenRequest request, CancellationToken cancellationToken) =>
        IssueAsync(
            ["sites", Identity.Account, "users", request.User!, "tokens"],
            new UserTokenChangeWire
            {
                Name = request.Name.Length > 0 ? request.Name : null,
                ExpirationMonths = request.Expiry.Months ?? DefaultMonths,
                Access = Levels(request.Access),
                ApplyToAll = Level(request.ApplyToAll),
            },
            $"create a token for '{request.User}'",
            cancellationToken);

    protected override Task<ApiToken?> RenameCoreAsync(string id, string newName, CancellationToken cancellationToken) =>
        EditAsync(id, new UserTokenChangeWire { Name = newName }, $"rename token {id}", cancellationToken);

    protected override Task<ApiToken?> UpdateCoreAsync(string id, TokenChanges changes, CancellationToken cancellationToken) =>
        EditAsync(
            id,
            new UserTokenChangeWire { Access = Levels(changes.Access ?? new Dictionary<string, AccessLevel>()), ApplyToAll = Level(changes.ApplyToAll) },
            $"change the access of token {id}",
            cancellationToken);

    // "Works with every active token of the site, also without the control" (docs/application-users-api.yaml).
    protected override async Task<SecretCheck> CheckSecretCoreAsync(SecureString secret, ApiToken? token, CancellationToken cancellationToken)
    {
        CallerWire caller = await WhoAmIAsync(cancellationToken, new SecretCredential("Bearer", secret)).ConfigureAwait(false);
        return new SecretCheck(SecretState.Accepted) { TokenId = caller.TokenId, Account = Identity.Account, Owner = caller.UserId };
    }

    protected override Task RemoveCoreAsync(string id, CancellationToken cancellationToken) =>
        client.SendAsync(new ServiceRequest(HttpMethod.Post, [.. TokenPath(id), "revoke"]) { Purpose = $"revoke token {id}" }, cancellationToken);

    protected override async Task<IReadOnlyList<string>> RemoveAllCoreAsync(string user, CancellationToken cancellationToken)
    {
        RevokedWire answer = await client.GetAsync(
            new ServiceRequest(HttpMethod.Post, "sites", Identity.Account, "users", user, "tokens", "revoke") { Purpose = $"revoke all tokens of '{user}'" },
            ApplicationUsersJson.Default.RevokedWire,
            cancellationToken).ConfigureAwait(false);
        return [.. (answer.Revoked ?? []).OfType<string>()];
    }

    protected override async Task<IssuedToken> RegenerateCoreAsync(string id, TokenExpiry expiry, CancellationToken cancellationToken)
    {
        int months = expiry.Months ?? (await client.GetAsync(
            new ServiceRequest(HttpMethod.Get, TokenPath(id)) { Purpose = $"read token {id}" }, ApplicationUsersJson.Default.UserTokenWire, cancellationToken)
            .ConfigureAwait(false)).ExpirationMonths ?? DefaultMonths;
        return await IssueAsync(
            [.. TokenPath(id), "regenerate"], new UserTokenChangeWire { ExpirationMonths = months }, $"regenerate token {id}", cancellationToken).ConfigureAwait(false);
    }

    // The end was set by whole months when the token was issued or last regenerated (contracts/application-users.md, 2.3).
    private static TokenExpiry SameMonths(ApiToken token) => (token.UpdatedAt ?? token.CreatedAt, token.ExpiresAt) is ({ } start, { } end)
        ? TokenExpiry.AfterMonths(((int[])[3, 6, 12]).OrderBy(months => (start.AddMonths(months) - end).Duration()).First())
        : TokenExpiry.ServiceDefault;

    private static Dictionary<string, string>? Levels(IReadOnlyDictionary<string, AccessLevel> access) =>
        access.Count == 0 ? null : access.ToDictionary(entry => entry.Key, entry => Level(entry.Value)!);

    private static string? Level(AccessLevel? level) => level?.ToString().ToLowerInvariant();

    private Task<CallerWire> WhoAmIAsync(CancellationToken cancellationToken, SecretCredential? credential = null) => client.GetAsync(
        new ServiceRequest(HttpMethod.Get, "sites", Identity.Account, "me") { Credential = credential, Purpose = "prove the credential" },
        ApplicationUsersJson.Default.CallerWire,
        cancellationToken);

    private async Task<IssuedToken> IssueAsync(string[] path, UserTokenChangeWire body, string purpose, CancellationToken cancellationToken)
    {
        UserTokenWire wire = await client.GetAsync(
            new ServiceRequest(HttpMethod.Post, path) { Body = Serialize(body), IsIdempotent = false, Purpose = purpose },
            ApplicationUsersJson.Default.UserTokenWire,
            cancellationToken).ConfigureAwait(false);
        ApiToken token = Map(wire);
        return wire.Secret is { Length: > 0 } secret ? Issued(token, secret) : throw SecretMissing(token);
    }

    private async Task<ApiToken?> EditAsync(string id, UserTokenChangeWire change, string purpose, CancellationToken cancellationToken) => Map(await client.GetAsync(
        new ServiceRequest(Patch, TokenPath(id)) { Body = Serialize(change), Purpose = purpose }, ApplicationUsersJson.Default.UserTokenWire, cancellationToken)
        .ConfigureAwait(false));

    private static byte[] Serialize(UserTokenChangeWire body) => JsonSerializer.SerializeToUtf8Bytes(body, ApplicationUsersJson.Default.UserTokenChangeWire);

    private string[] TokenPath(string id) => ["sites", Identity.Account, "tokens", id];

    private Task<Page<ApiToken>> ReadPageAsync(int number, TokenFilter filter, CancellationToken cancellationToken) =>
        ReadPageAsync(number, pageSize, filter, cancellationToken);

    private async Task<Page<ApiToken>> ReadPageAsync(int number, int size, TokenFilter filter, CancellationToken cancellationToken)
    {
        string? status = filter.Statuses.Count == 1 && filter.Statuses[0] != TokenStatus.Inactive ? filter.Statuses[0].ToString().ToLowerInvariant() : null;
        UserTokenPageWire page = await client.GetAsync(
            new ServiceRequest(HttpMethod.Get, "sites", Identity.Account, "tokens") { Purpose = "list the tokens" }
                .WithQuery("userId", filter.User)
                .WithQuery("status", status)
                .WithQuery("pageNumber", (number + 1).ToString(CultureInfo.InvariantCulture))
                .WithQuery("pageSize", size.ToString(CultureInfo.InvariantCulture)),
            ApplicationUsersJson.Default.UserTokenPageWire,
            cancellationToken).ConfigureAwait(false);
        UserTokenWire?[] items = page.Items ?? throw ApiTokenException.InvalidResult("ApplicationUsers answered with a list that has no items.");
        long total = page.TotalCount ?? throw ApiTokenException.InvalidResult("ApplicationUsers did not say how many tokens its list has.");
        return new Page<ApiToken>([.. items.OfType<UserTokenWire>().Select(Map)], page.PageSize ?? size, total);
    }

    // The one rule for the status: revoked, then expired, then active (contracts/application-users.md, 2.4).
    private TokenStatus StatusOf(UserTokenWire wire) => wire switch
    {
        { Status: "revoked" } or { RevokedAt: not null } => TokenStatus.Revoked,
        { Status: "expired" } => TokenStatus.Expired,
        { ExpiresAt: { } end } when end <= Time.GetUtcNow() => TokenStatus.Expired,
        _ => TokenStatus.Active,
    };

    private ApiToken Map(UserTokenWire wire) => Record(new()
    {
        Connection = Identity.Connection,
        Service = Identity.Service,
        Account = Identity.Account,
        Id = wire.Id ?? throw ApiTokenException.InvalidResult("ApplicationUsers answered with a token that has no id.", outcomeUnknown: true),
        Name = wire.Name ?? string.Empty,
        Status = StatusOf(wire),
        Owner = wire.UserId,
        Issuer = wire.CreatedBy,
        Access = wire.Access?.ToDictionary(
            entry => entry.Key,
            entry => Enum.TryParse(entry.Value, ignoreCase: true, out AccessLevel level) ? level : throw ApiTokenException.InvalidResult($"ApplicationUsers answered with the unknown access level '{SecretText.Mask(entry.Value)}'.", outcomeUnknown: true)),
        CreatedAt = wire.CreatedAt,
        UpdatedAt = wire.RegeneratedAt,
        ExpiresAt = wire.ExpiresAt,
        LastUsedAt = wire.LastUsedAt,
    });
}
