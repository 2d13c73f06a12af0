using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security;
using System.Text.Json;
using ApiTokens.Http;

namespace ApiTokens.Services.Gcore;

/// <summary>The tokens of one Gcore account (contracts/gcore.md, 1.3).</summary>
internal sealed class GcoreService(ConnectionIdentity identity, string[] path, ServiceClient client, ServiceCredential credential, TimeProvider time)
    : TokenService(identity, credential, time)
{
    /// <summary>What goes before a secret in the header (1.2).</summary>
    public const string Scheme = "APIKey";

    // The list is one array of everything, deleted tokens too (1.3).
    private const long ListLimit = 2L * 1024 * 1024 * 1024;

    private readonly string? _ownId = credential is SecretCredential given ? GcoreRules.IdOf(SecretText.ToPlainText(given.Secret!)) : null;
    private GcoreRole? _ownRole;
    private bool _ownRoleAsked;

    public override ServiceCapabilities Capabilities => GcoreRules.Capabilities;

    /// <summary>The account of the caller; also the documented way to prove a credential (1.2).</summary>
    public static async Task<string> FindAccountAsync(ServiceClient client, CancellationToken cancellationToken)
    {
        GcoreClientWire me = await WhoAmIAsync(client, credential: null, cancellationToken).ConfigureAwait(false);
        return me.Id ?? throw ApiTokenException.InvalidResult("Gcore did not say which account the credential is for.");
    }

    public override async Task CheckAsync(CancellationToken cancellationToken)
    {
        string account = await FindAccountAsync(client, cancellationToken).ConfigureAwait(false);
        if (account != Identity.Account)
        {
            throw ApiTokenException.InvalidParameter("Account", $"the credential is for account {account}, not {Identity.Account}.", $"Give {account}, or leave it out.");
        }
    }

    public override bool IsId(string text) => Lists.IsNumber(text);

    public override IReadOnlyList<TokenPermission> KnownPermissions =>
        [.. GcoreRoles.RolesByPrivilege.Select(role => Permission("Role", role.Name, $"Role {role.Id.ToString(CultureInfo.InvariantCulture)}"))];

    // A secret starts with its token's id (1.6); that is all that can be told without sending it.
    public override async IAsyncEnumerable<SearchStep> FindBySecretAsync(
        IReadOnlyList<SecureString> secrets, int maximumReads, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (int Secret, string? Id)[] named = [.. secrets.Select((secret, i) => (i, GcoreRules.IdOf(SecretText.ToPlainText(secret)))).Where(one => one.Item2 is not null)];
        for (int start = 0; start < named.Length; start += ReadsAtOnce)
        {
            (int Secret, string? Id)[] some = [.. named.Skip(start).Take(ReadsAtOnce)];
            (ApiToken? Token, string? Note)[] read = await Task.WhenAll(some.Select(one => TryReadAsync(one.Id!, cancellationToken))).ConfigureAwait(false);
            for (int i = 0; i < some.Length; i++)
            {
                yield return read[i].Token is { } token ? SearchStep.Found(some[i].Secret, token, MatchedBy.Form) : SearchStep.NotFound(some[i].Secret, read[i].Note!);
            }
        }
    }

    // A secret starts with its token's id (1.6).
    public override Task<bool> IsOwnTokenAsync(ApiToken token, CancellationToken cancellationToken) => Task.FromResult(token.Id == _ownId);

    public override NewTokenRequest CreateSuccessorRequest(ApiToken token, TokenExpiry expiry) => new()
    {
        Name = token.Name,
        Description = token.Description,
        Expiry = ResolveExpiry(token, expiry),
        Role = token.Role,
    };

    protected override TokenFilter Normalize(TokenFilter filter) => filter with
    {
        Role = filter.Role is { } role ? GcoreRoles.Find(role)?.Name ?? role : null,
        Issuer = UserId(filter.Issuer) is null ? filter.Issuer : null,
        IssuerId = UserId(filter.Issuer),
    };

    protected override async IAsyncEnumerable<ApiToken> ListCoreAsync(TokenFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        bool any = false;
        await foreach (GcoreTokenWire wire in ReadListAsync(filter, filter.Role, cancellationToken).ConfigureAwait(false))
        {
            any = true;
            yield return Map(wire);
        }

        // The documentation has the filter both as a name and as an id (1.3). If it found none by name, our side looks.
        if (!any && filter.Role is not null)
        {
            await foreach (GcoreTokenWire wire in ReadListAsync(filter, role: null, cancellationToken).ConfigureAwait(false))
            {
                yield return Map(wire);
            }
        }
    }

    protected override async Task<ApiToken> GetCoreAsync(string id, CancellationToken cancellationToken) =>
        Map(await ReadAsync(id, cancellationToken).ConfigureAwait(false));

    protected override void ValidateNew(NewTokenRequest request)
    {
        CheckName(request.Name, "Name");
        GcoreRoles.RequireAtMost(GcoreRoles.Require(request.Role), _ownRole);
        Refuse(request.Scope.Count > 0, "Scope", $"Specify {Field.Role}.");
        Refuse(request.Audience.Count > 0, "Audience", $"Specify {Field.Role}.");
        Refuse(request.Access.Count > 0, "Access", $"Specify {Field.Role}.");
        Refuse(request.ApplyToAll is not null, "ApplyToAll", $"Specify {Field.Role}.");
        Refuse(request.User is not null, "User", "Its tokens act for whoever issues them: leave it out.");
    }

    protected override async Task<IssuedToken> CreateCoreAsync(NewTokenRequest request, CancellationToken cancellationToken)
    {
        GcoreRole role = GcoreRoles.Require(request.Role);
        GcoreRoles.RequireAtMost(role, await OwnRoleAsync(cancellationToken).ConfigureAwait(false));
        DateTimeOffset now = Time.GetUtcNow();
        var body = new GcoreNewTokenWire
        {
            Name = request.Name,
            Description = request.Description,
            // The web form proposes one year (1.8); the service itself has no default, and never is not for us to choose.
            ExpDate = request.Expiry.IsServiceDefault ? now.AddYears(1) : request.Expiry.GetExpiration(now),
            ClientUser = new GcoreClientUserWire { Role = new GcoreRoleWire { Id = role.Id, Name = role.Name } },
        };
        GcoreTokenWire wire = await client.GetAsync(
            new ServiceRequest(HttpMethod.Post, path)
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(body, GcoreJson.Default.GcoreNewTokenWire),
                IsIdempotent = false,
                Purpose = $"create the token '{request.Name}'",
            },
            GcoreJson.Default.GcoreTokenWire,
            cancellationToken).ConfigureAwait(false);
        if (wire.Token is not { Length: > 0 } secret)
        {
            throw wire.Id is null ? ApiTokenException.InvalidResult("Gcore issued a token and gave neither its id nor its secret.", outcomeUnknown: true) : SecretMissing(Map(wire));
        }

        return Issued(wire.Id is null ? await CompleteAsync(secret, body, cancellationToken).ConfigureAwait(false) : Map(wire), secret);
    }

    // A secret starts with its token's id (1.6).
    protected override async Task<SecretCheck> CheckSecretCoreAsync(SecureString secret, ApiToken? token, CancellationToken cancellationToken)
    {
        GcoreClientWire me = await WhoAmIAsync(client, new SecretCredential(Scheme, secret), cancellationToken).ConfigureAwait(false);
        return new SecretCheck(SecretState.Accepted) { TokenId = GcoreRules.IdOf(SecretText.ToPlainText(secret)), Account = me.Id, Owner = me.Email };
    }

    protected override Task RemoveCoreAsync(string id, CancellationToken cancellationToken) =>
        client.SendAsync(new ServiceRequest(HttpMethod.Delete, Path(id)) { Purpose = $"remove token {id}" }, cancellationToken, treatNotFoundAsSuccess: true);

    private static Task<GcoreClientWire> WhoAmIAsync(ServiceClient client, ServiceCredential? credential, CancellationToken cancellationToken) =>
        client.GetAsync(
            new ServiceRequest(HttpMethod.Get, "iam", "clients", "me") { Credential = credential, Purpose = "prove the credential" },
            GcoreJson.Default.GcoreClientWire,
            cancellationToken);

    private static long? UserId(string? issuer) =>
        long.TryParse(issuer, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : null;

    // An older contract answers with the secret alone (1.5): its id is in front of it, the rest is read, and if reading
    // fails the secret is still delivered.
    private async Task<ApiToken> CompleteAsync(string secret, GcoreNewTokenWire asked, CancellationToken cancellationToken)
    {
        string id = GcoreRules.IdOf(secret)
            ?? throw ApiTokenException.InvalidResult($"Gcore issued the token '{asked.Name}' and gave no id.", outcomeUnknown: true);
        try
        {
            return Map(await ReadAsync(id, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is ApiTokenException or OperationCanceledException)
        {
            return Map(new GcoreTokenWire { Id = id, Name = asked.Name, Description = asked.Description, ExpDate = asked.ExpDate, ClientUser = asked.ClientUser });
        }
    }

    /// <summary>The role of the credential, where it can be known: that of its own token, if the account shows it.</summary>
    private async Task<GcoreRole?> OwnRoleAsync(CancellationToken cancellationToken)
    {
        if (_ownId is not null && !_ownRoleAsked)
        {
            try
            {
                GcoreTokenWire own = await ReadAsync(_ownId, cancellationToken).ConfigureAwait(false);
                _ownRole = own.ClientUser?.Role?.Name is { } name ? GcoreRoles.Find(name) : null;
            }
            catch (ApiTokenException e) when (e.Kind is ErrorKind.ObjectNotFound or ErrorKind.PermissionDenied)
            {
                // Not shown: the service itself will judge.
            }

            _ownRoleAsked = true;
        }

        return _ownRole;
    }

    private async IAsyncEnumerable<GcoreTokenWire> ReadListAsync(TokenFilter filter, string? role, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ServiceRequest list = new ServiceRequest(HttpMethod.Get, path) { Purpose = "list the tokens", ResponseLimit = ListLimit }
            .WithQuery("role", role)
            .WithQuery("issued_by", filter.IssuerId?.ToString(CultureInfo.InvariantCulture));
        await foreach (GcoreTokenWire wire in client.StreamAsync(list, GcoreJson.Default.GcoreTokenWire, cancellationToken).ConfigureAwait(false))
        {
            // What the 'deleted' parameter means is contradictory (1.3): it is not sent, and deleted records are dropped here.
            bool gone = wire.Deleted == true && !filter.IncludesGone;
            bool other = filter.IssuerId is { } issuer && wire.ClientUser?.UserId != issuer;
            if (!gone && !other)
            {
                yield return wire;
            }
        }
    }

    private Task<GcoreTokenWire> ReadAsync(string id, CancellationToken cancellationToken) =>
        client.GetAsync(new ServiceRequest(HttpMethod.Get, Path(id)) { Purpose = $"read token {id}" }, GcoreJson.Default.GcoreTokenWire, cancellationToken);

    private string[] Path(string id) => [.. path, id];

    private ApiToken Map(GcoreTokenWire wire) => Record(new()
    {
        Connection = Identity.Connection,
        Service = Identity.Service,
        Account = Identity.Account,
        Id = wire.Id ?? throw ApiTokenException.InvalidResult("Gcore answered with a token that has no id.", outcomeUnknown: true),
        Name = wire.Name ?? string.Empty,
        Description = wire.Description,
        Status = GcoreRules.Status(wire, Time.GetUtcNow()),
        Owner = wire.ClientUser?.UserEmail ?? wire.ClientUser?.UserName,
        Issuer = wire.ClientUser?.UserEmail ?? wire.ClientUser?.UserName,
        Role = wire.ClientUser?.Role?.Name,
        CreatedAt = wire.Created,
        ExpiresAt = wire.ExpDate,
        LastUsedAt = wire.LastUsage,
    });
}
