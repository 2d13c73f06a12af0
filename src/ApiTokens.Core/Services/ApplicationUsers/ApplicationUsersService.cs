using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security;
using ApiTokens.Http;

namespace ApiTokens.Services.ApplicationUsers;

/// <summary>The tokens of the users of one site (docs/application-users-api.yaml).</summary>
internal sealed class ApplicationUsersService(ServiceContext context) : PagedTokenService<UserTokenWire, UserTokenPageWire>(
    context, ApplicationUsersJson.Default.UserTokenWire, ApplicationUsersJson.Default.UserTokenPageWire,
    "sites", context.Identity.Account, "tokens")
{
    private const int DefaultMonths = 6;

    private CallerWire? _caller;
    private IReadOnlyList<TokenPermission> _permissions = [];

    // The names and addresses of the users, by id; empty until a filter needs them.
    private Dictionary<string, string[]> _userNames = [];

    public override async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        CallerWire caller = await WhoAmIAsync(cancellationToken).ConfigureAwait(false);
        return caller.CanManageApiTokens == false
            ? $"The user '{caller.UserId}' does not have the control 'Application Users > API Tokens', so the service will reject "
                + "every operation on tokens. An administrator can add the control to the user group of the user."
            : null;
    }

    public override async Task<IReadOnlyList<TokenPermission>> ListPermissionsAsync(CancellationToken cancellationToken)
    {
        ApiWire?[] apis = await Client.GetAsync(
            new ServiceRequest(HttpMethod.Get, "sites", Identity.Account, "apis") { Purpose = "list the APIs" },
            ApplicationUsersJson.Default.ApiWireArray,
            cancellationToken).ConfigureAwait(false);
        _permissions = [.. apis.OfType<ApiWire>().Where(api => api.Code is not null).Select(api => Permission("Api", api.Code!, api.Name))];
        return _permissions;
    }

    // The result of the last ListPermissionsAsync.
    public override IReadOnlyList<TokenPermission> KnownPermissions => _permissions;

    // A secret contains no id, and the service does not show it again. Only the token of this connection can be identified.
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

    protected override void OnSecretReplaced() => _caller = null;

    protected override async Task<bool> IsOwnTokenCoreAsync(ApiToken token, CancellationToken cancellationToken) =>
        token.Id == (await GetCallerAsync(cancellationToken).ConfigureAwait(false)).TokenId;

    public override async Task<bool?> IsIssuedByCallerAsync(ApiToken token, CancellationToken cancellationToken)
    {
        string? caller = (await GetCallerAsync(cancellationToken).ConfigureAwait(false)).UserId;
        return caller is null || token.Issuer is null ? null : caller == token.Issuer;
    }

    protected override async IAsyncEnumerable<TokenUser> ListUsersCoreAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (UserWire user in Page<UserWire>.WalkAsync(RequestAsync, user => user.Id!, cancellationToken).ConfigureAwait(false))
        {
            yield return new TokenUser
            {
                Connection = Identity.Connection,
                Service = Identity.Service,
                Account = Identity.Account,
                Id = user.Id!,
                Name = user.Name,
                Email = user.Email,
                IsActive = user.Active,
                CanManageTokens = user.CanManageApiTokens,
            };
        }

        async Task<Func<Page<UserWire>>> RequestAsync(int number, CancellationToken token)
        {
            ServiceRequest request = new ServiceRequest(HttpMethod.Get, "sites", Identity.Account, "users") { Purpose = "list the users" }
                .WithQuery("pageNumber", (number + 1).ToString(CultureInfo.InvariantCulture))
                .WithQuery("pageSize", Context.PageSize.ToString(CultureInfo.InvariantCulture));
            Func<UserPageWire> response =
                await Client.ReceiveAsync(request, ApplicationUsersJson.Default.UserPageWire, token).ConfigureAwait(false);
            return () => response() is { Items: { } items, TotalCount: { } total } page
                ? new Page<UserWire>(
                    [.. items.OfType<UserWire>().Where(user => user.Id is not null)], page.PageSize ?? Context.PageSize, total)
                : throw ApiTokenException.InvalidResult($"{Identity.Service} returned a list of users without items or total.");
        }
    }

    // The owner of a token is the id of a user. An address or a pattern may also describe a user by name or address.
    protected override async Task<TokenFilter> NormalizeAsync(TokenFilter filter, CancellationToken cancellationToken)
    {
        if (!filter.Users.Any(user => !user.IsLiteral || user.Text.Contains('@')))
        {
            return filter;
        }

        var names = new Dictionary<string, string[]>();
        await foreach (TokenUser user in ListUsersCoreAsync(cancellationToken).ConfigureAwait(false))
        {
            names[user.Id] = [.. new[] { user.Name, user.Email }.OfType<string>()];
        }

        _userNames = names;
        IEnumerable<string> ids = names
            .Where(user => filter.Users.Any(pattern => user.Value.Any(pattern.IsMatch)))
            .Select(user => user.Key);
        return filter with { Users = [.. filter.Users, .. ids.Select(NamePattern.Literal)] };
    }

    protected override void ValidateNew(NewTokenRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.User))
        {
            throw ApiTokenException.InvalidParameter(
                "User", "the user whom the token acts for is required.", "Specify the id of a user of the site.");
        }
    }

    protected override TokenExpiry ResolveExpiry(ApiToken token) =>
        token.ExpirationMonths is { } months ? TokenExpiry.AfterMonths(months) : TokenExpiry.ServiceDefault;

    protected override ServiceRequest CreateRequest(NewTokenRequest request) => Issue(
        ["sites", Identity.Account, "users", request.User!, "tokens"],
        new UserTokenChangeWire
        {
            Name = request.Name.Length > 0 ? request.Name : null,
            ExpirationMonths = request.Expiry.Months ?? DefaultMonths,
            Access = Levels(request.Access),
            ApplyToAll = Level(request.ApplyToAll),
        },
        $"create a token for '{request.User}'");

    protected override Task<ApiToken?> RenameCoreAsync(string id, string newName, CancellationToken cancellationToken) =>
        EditAsync(id, new UserTokenChangeWire { Name = newName }, $"rename token {id}", cancellationToken);

    protected override Task<ApiToken?> UpdateCoreAsync(string id, TokenChanges changes, CancellationToken cancellationToken) =>
        EditAsync(
            id,
            new UserTokenChangeWire
            {
                Access = Levels(changes.Access ?? new Dictionary<string, AccessLevel>()),
                ApplyToAll = Level(changes.ApplyToAll),
                ExpirationMonths = changes.ExpirationMonths,
            },
            $"change token {id}",
            cancellationToken);

    // "Works with every active token of the site, also without the control" (docs/application-users-api.yaml).
    protected override async Task<SecretCheck> CheckSecretCoreAsync(
        SecureString secret, ApiToken? token, CancellationToken cancellationToken)
    {
        CallerWire caller = await WhoAmIAsync(cancellationToken, new SecretCredential("Bearer", secret)).ConfigureAwait(false);
        if (caller is { TokenId: null, UserId: null })
        {
            throw ApiTokenException.InvalidResult($"{Identity.Service} did not return the user of the secret.");
        }

        return new SecretCheck(SecretState.Accepted) { TokenId = caller.TokenId, Account = Identity.Account, Owner = caller.UserId };
    }

    protected override Task RemoveCoreAsync(string id, CancellationToken cancellationToken) =>
        Client.SendAsync(
            new ServiceRequest(HttpMethod.Post, Path(id, "revoke")) { Purpose = $"revoke token {id}", TokenId = id }, cancellationToken);

    protected override async Task<IReadOnlyList<string>> RemoveAllCoreAsync(string user, CancellationToken cancellationToken)
    {
        RevokedWire answer = await Client.GetAsync(
            new ServiceRequest(HttpMethod.Post, "sites", Identity.Account, "users", user, "tokens", "revoke")
            {
                Purpose = $"revoke all tokens of '{user}'",
            },
            ApplicationUsersJson.Default.RevokedWire,
            cancellationToken).ConfigureAwait(false);
        return [.. (answer.Revoked ?? []).OfType<string>()];
    }

    protected override async Task<IssuedToken> RegenerateCoreAsync(string id, TokenExpiry expiry, CancellationToken cancellationToken)
    {
        int months = expiry.Months ?? (await ReadAsync(id, cancellationToken).ConfigureAwait(false)).ExpirationMonths ?? DefaultMonths;
        var body = new UserTokenChangeWire { ExpirationMonths = months };
        ServiceRequest request = Issue(Path(id, "regenerate"), body, $"regenerate token {id}");
        return Issued(await Client.GetAsync(request, ApplicationUsersJson.Default.UserTokenWire, cancellationToken).ConfigureAwait(false));
    }

    protected override ServiceRequest PageRequest(int number, int size, TokenFilter filter, bool expiringFirst)
    {
        bool byStatus = filter.Statuses.Count == 1 && filter.Statuses[0] != TokenStatus.Inactive;
        string? status = byStatus ? filter.Statuses[0].ToString().ToLowerInvariant() : null;
        return new ServiceRequest(HttpMethod.Get, Path()) { Purpose = "list the tokens" }
            .WithQuery("userId", NamePattern.SingleName(filter.Users))
            .WithQuery("status", status)
            .WithQuery("pageNumber", (number + 1).ToString(CultureInfo.InvariantCulture))
            .WithQuery("pageSize", size.ToString(CultureInfo.InvariantCulture));
    }

    protected override ApiToken ToToken(UserTokenWire wire, string id) => new(Origin)
    {
        Id = id,
        Name = wire.Name ?? string.Empty,
        Status = StatusOf(wire),
        Owner = wire.UserId,
        UserNames = wire.UserId is { } user && _userNames.TryGetValue(user, out string[]? names) ? names : [],
        Issuer = wire.CreatedBy,
        IssuerKind = wire.CreatedBy is null ? null : IssuerKind.User,
        IssuerId = wire.CreatedBy,
        Access = wire.Access?.ToDictionary(entry => entry.Key, entry => LevelOf(entry.Value)),
        CreatedAt = wire.CreatedAt,
        UpdatedAt = wire.RegeneratedAt,
        RevokedAt = wire.RevokedAt,
        ExpiresAt = wire.ExpiresAt,
        LastUsedAt = wire.LastUsedAt,
        ExpirationMonths = wire.ExpirationMonths,
    };

    private static Dictionary<string, string>? Levels(IReadOnlyDictionary<string, AccessLevel> access) =>
        access.Count == 0 ? null : access.ToDictionary(entry => entry.Key, entry => Level(entry.Value)!);

    private static string? Level(AccessLevel? level) => level?.ToString().ToLowerInvariant();

    // Enum.TryParse would also accept a number and a list.
    private static AccessLevel LevelOf(string text) =>
        text.All(char.IsLetter) && Enum.TryParse(text, ignoreCase: true, out AccessLevel level)
        ? level
        : throw ApiTokenException.InvalidResult(
            $"ApplicationUsers returned the unknown access level '{ForeignText.Argument(text)}'.", outcomeUnknown: true);

    private static ServiceRequest Issue(string[] path, UserTokenChangeWire body, string purpose) =>
        Post(path, body, ApplicationUsersJson.Default.UserTokenChangeWire, purpose);

    private Task<ApiToken?> EditAsync(string id, UserTokenChangeWire change, string purpose, CancellationToken cancellationToken) =>
        PatchAsync(id, change, ApplicationUsersJson.Default.UserTokenChangeWire, purpose, cancellationToken);

    // The token of the connection and its user do not change.
    private async Task<CallerWire> GetCallerAsync(CancellationToken cancellationToken) =>
        _caller ??= await WhoAmIAsync(cancellationToken).ConfigureAwait(false);

    private Task<CallerWire> WhoAmIAsync(CancellationToken cancellationToken, SecretCredential? credential = null) => Client.GetAsync(
        ProveRequest(credential, "sites", Identity.Account, "me"), ApplicationUsersJson.Default.CallerWire, cancellationToken);

    // Checks revoked first, then expired, then active (contracts/application-users.md, 2.4).
    private TokenStatus StatusOf(UserTokenWire wire) => wire switch
    {
        { Status: "revoked" } or { RevokedAt: not null } => TokenStatus.Revoked,
        { Status: "expired" } => TokenStatus.Expired,
        { ExpiresAt: { } expiry } when expiry <= Time.GetUtcNow() => TokenStatus.Expired,
        _ => TokenStatus.Active,
    };
}
