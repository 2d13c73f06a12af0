using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security;
using ApiTokens.Http;

namespace ApiTokens.Services.Gcore;

/// <summary>The tokens of one Gcore account (contracts/gcore.md, 1.3).</summary>
internal sealed class GcoreService(ServiceContext context, params string[] path)
    : RestTokenService<GcoreTokenWire>(context, GcoreJson.Default.GcoreTokenWire, path)
{
    /// <summary>The authentication scheme of the header (1.2).</summary>
    public const string Scheme = "APIKey";

    private string? _ownId = IdOf(context.Credential);

    private string? _ownIssuerId;
    private GcoreRole? _ownRole;
    private bool _ownRoleRequested;

    /// <summary>Returns the account of the caller. This is also the documented way to prove a credential (1.2).</summary>
    public static async Task<string> FindAccountAsync(ServiceClient client, CancellationToken cancellationToken)
    {
        GcoreClientWire me = await WhoAmIAsync(client, credential: null, cancellationToken).ConfigureAwait(false);

        // The account is part of addresses, and of the names of secrets.
        return me.Id is { } id && TokenIds.Number(id) is { } account
            ? account
            : throw ApiTokenException.InvalidResult("Gcore did not return the account of the credential.");
    }

    public override async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        string account = await FindAccountAsync(Client, cancellationToken).ConfigureAwait(false);
        if (account != Identity.Account)
        {
            throw ApiTokenException.InvalidParameter(
                "Account", $"the credential belongs to account {account}, not {Identity.Account}.", $"Specify {account}, or omit it.");
        }

        return null;
    }

    protected override void OnSecretReplaced()
    {
        base.OnSecretReplaced();
        (_ownId, _ownIssuerId, _ownRole, _ownRoleRequested) = (IdOf(Credential), null, null, false);
    }

    private static string? IdOf(ServiceCredential credential) =>
        credential is SecretCredential { Secret: { } secret } ? GcoreSecretFormat.IdOf(SecretText.ToPlainText(secret)) : null;

    // A token acts for the user who issued it, so both have the same issuer (1.5). A user who logged in is not known here.
    public override async Task<bool?> IsIssuedByCallerAsync(ApiToken token, CancellationToken cancellationToken)
    {
        if (_ownId is null || token.IssuerId is null)
        {
            return null;
        }

        _ownIssuerId ??= Map(await ReadAsync(_ownId, cancellationToken).ConfigureAwait(false)).IssuerId;
        return _ownIssuerId is null ? null : _ownIssuerId == token.IssuerId;
    }

    public override IReadOnlyList<TokenPermission> KnownPermissions =>
        [.. GcoreRoles.RolesByPrivilege.Select(
            role => Permission("Role", role.Name, $"Role {role.Id.ToString(CultureInfo.InvariantCulture)}"))];

    protected override Task<TokenFilter> NormalizeAsync(TokenFilter filter, CancellationToken cancellationToken) =>
        Task.FromResult(filter with
        {
            Roles = [.. filter.Roles.Select(role => GcoreRoles.Find(role.Text) is { } known ? NamePattern.Literal(known.Name) : role)],
        });

    protected override async IAsyncEnumerable<ApiToken> ListCoreAsync(
        TokenFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        bool any = false;
        string? role = NamePattern.SingleName(filter.Roles);
        await foreach (GcoreTokenWire wire in ReadListAsync(filter, role, cancellationToken).ConfigureAwait(false))
        {
            any = true;
            yield return Map(wire);
        }

        // The documentation describes the filter both as a name and as an id (1.3). If it matches nothing, filter in the client.
        if (!any && filter.Roles.Count > 0)
        {
            await foreach (GcoreTokenWire wire in ReadListAsync(filter, role: null, cancellationToken).ConfigureAwait(false))
            {
                yield return Map(wire);
            }
        }
    }

    protected override void ValidateNew(NewTokenRequest request)
    {
        GcoreRoles.RequireAtMost(GcoreRoles.Require(request.Role), _ownRole);
        if (request.Expiry.IsServiceDefault)
        {
            // The form requires a choice, and names no default (1.8).
            throw ApiTokenException.InvalidParameter(
                "ExpiresIn", "Gcore requires an expiry.", $"Specify a lifetime, such as one year, or {Field.NeverExpires}.");
        }
    }

    protected override ServiceRequest CreateRequest(NewTokenRequest request) =>
        Post(Path(), NewBody(request), GcoreJson.Default.GcoreNewTokenWire, $"create the token '{request.Name}'");

    protected override async Task<IssuedToken> CreateCoreAsync(NewTokenRequest request, CancellationToken cancellationToken)
    {
        GcoreRoles.RequireAtMost(GcoreRoles.Require(request.Role), await OwnRoleAsync(cancellationToken).ConfigureAwait(false));
        GcoreTokenWire wire = await Client.GetAsync(
            CreateRequest(request), GcoreJson.Default.GcoreTokenWire, cancellationToken).ConfigureAwait(false);
        return wire switch
        {
            { Id: not null } => Issued(wire),
            { Secret: { Length: > 0 } secret } =>
                Issued(await CompleteAsync(secret, request, cancellationToken).ConfigureAwait(false), secret),
            _ => throw ApiTokenException.InvalidResult(
                "Gcore issued a token but returned neither its id nor its secret.", outcomeUnknown: true),
        };
    }

    // A secret starts with its token's id (1.6).
    protected override async Task<SecretCheck> CheckSecretCoreAsync(
        SecureString secret, ApiToken? token, CancellationToken cancellationToken)
    {
        GcoreClientWire me = await WhoAmIAsync(Client, new SecretCredential(Scheme, secret), cancellationToken).ConfigureAwait(false);
        if (me is { Id: null, Email: null })
        {
            throw ApiTokenException.InvalidResult("Gcore did not return the account of the secret.");
        }

        return new SecretCheck(SecretState.Accepted) { TokenId = TokenIdsIn(secret).FirstOrDefault(), Account = me.Id, Owner = me.Email };
    }

    protected override ApiToken ToToken(GcoreTokenWire wire, string id) => new(Origin)
    {
        Id = id,
        Name = wire.Name ?? string.Empty,
        Description = wire.Description,
        Status = GcoreRules.Status(wire, Time.GetUtcNow()),
        Owner = wire.ClientUser?.UserEmail ?? wire.ClientUser?.UserName,
        Issuer = wire.ClientUser?.UserEmail ?? wire.ClientUser?.UserName,
        IssuerName = wire.ClientUser?.UserName,
        IssuerKind = wire.ClientUser is null ? null : IssuerKind.User,
        IssuerId = wire.ClientUser?.UserId?.ToString(CultureInfo.InvariantCulture),
        Role = wire.ClientUser?.Role?.Name,
        CreatedAt = wire.Created,
        ExpiresAt = wire.ExpDate,
        LastUsedAt = wire.LastUsage,
    };

    private static Task<GcoreClientWire> WhoAmIAsync(
        ServiceClient client, ServiceCredential? credential, CancellationToken cancellationToken) =>
        client.GetAsync(
            ProveRequest(credential, "iam", "clients", "me"),
            GcoreJson.Default.GcoreClientWire,
            cancellationToken);

    private GcoreNewTokenWire NewBody(NewTokenRequest request)
    {
        GcoreRole role = GcoreRoles.Require(request.Role);
        DateTimeOffset now = Time.GetUtcNow();
        return new GcoreNewTokenWire
        {
            Name = request.Name,
            Description = request.Description,
            ExpDate = request.Expiry.GetExpiration(now),
            ClientUser = new GcoreClientUserWire { Role = new GcoreRoleWire { Id = role.Id, Name = role.Name } },
        };
    }

    // An older API version returns only the secret (1.5). It starts with the id, and the other fields are read. If reading fails,
    // the secret is still delivered.
    private async Task<ApiToken> CompleteAsync(string secret, NewTokenRequest request, CancellationToken cancellationToken)
    {
        string id = GcoreSecretFormat.IdOf(secret)
            ?? throw ApiTokenException.InvalidResult($"Gcore issued the token '{request.Name}' but returned no id.", outcomeUnknown: true);
        try
        {
            return Map(await ReadAsync(id, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is ApiTokenException or OperationCanceledException)
        {
            GcoreNewTokenWire body = NewBody(request);
            return Map(new GcoreTokenWire
            {
                Id = id,
                Name = body.Name,
                Description = body.Description,
                ExpDate = body.ExpDate,
                ClientUser = body.ClientUser,
            });
        }
    }

    /// <summary>Returns the role of the connection's own token; null if it cannot be read.</summary>
    private async Task<GcoreRole?> OwnRoleAsync(CancellationToken cancellationToken)
    {
        if (_ownId is not null && !_ownRoleRequested)
        {
            try
            {
                GcoreTokenWire own = await ReadAsync(_ownId, cancellationToken).ConfigureAwait(false);
                _ownRole = own.ClientUser?.Role?.Name is { } name ? GcoreRoles.Find(name) : null;
            }
            catch (ApiTokenException e) when (e.Kind is ErrorKind.ObjectNotFound or ErrorKind.PermissionDenied)
            {
                // The own token is not visible. The service checks the role.
            }

            _ownRoleRequested = true;
        }

        return _ownRole;
    }

    private async IAsyncEnumerable<GcoreTokenWire> ReadListAsync(
        TokenFilter filter, string? role, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ServiceRequest list = ListRequest()
            .WithQuery("role", role)
            .WithQuery("issued_by", NamePattern.SingleName(filter.Issuers) is { } issuer ? TokenIds.Number(issuer) : null);
        await foreach (
            GcoreTokenWire wire in Client.StreamAsync(list, GcoreJson.Default.GcoreTokenWire, cancellationToken).ConfigureAwait(false))
        {
            // The documentation of the 'deleted' parameter is contradictory (1.3). It is not sent, and records of tokens that somebody
            // deleted are dropped here. The service also marks expired tokens as deleted.
            bool deleted = GcoreRules.Status(wire, Time.GetUtcNow()) == TokenStatus.Revoked && !filter.IncludesDeleted;
            if (!deleted)
            {
                yield return wire;
            }
        }
    }
}
