using System.Globalization;
using System.Text.Json.Nodes;
using ApiTokens.Sandbox.Http;
using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.Gcore;

/// <summary>Emulates the permanent API tokens of Gcore, without the addresses of V1 (contracts/gcore.md, 1.0).</summary>
internal sealed class GcoreEmulator(Database database, TimeProvider clock, int tokenLimit) : IServiceEmulator
{
    private const long AdministratorTokenId = 7001;
    private const string TokensPath = "/iam/v2/clients/{clientId}/tokens";

    private static readonly TimeSpan AccessLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan RefreshLifetime = TimeSpan.FromHours(24);

    // The time of the last use has a precision of one minute, so that not every request causes a write.
    private static readonly TimeSpan UsagePrecision = TimeSpan.FromMinutes(1);

    private readonly GcoreTokenStore _tokens = new(database);
    private readonly Sessions<GcoreUser> _accesses = new(clock);
    private readonly Sessions<GcoreUser> _refreshes = new(clock);
    private readonly Jwt _jwt = new();
    private readonly Passwords _passwords = new();

    public string Name => "gcore";

    public void CreateSchema() => _tokens.CreateSchema();

    public void Seed(int generated)
    {
        DateTimeOffset now = clock.Now();
        _tokens.Put(AdministratorToken(now));
        foreach (GcoreToken token in GcoreSeed.Tokens(now))
        {
            _tokens.Add(token);
        }

        _tokens.Generate(generated, GcoreAccount.Issuers, now);
    }

    public ServiceDescription StartAdministrator(Uri baseAddress)
    {
        string secret = NewSecret(AdministratorTokenId);
        _tokens.Put(AdministratorToken(clock.Now()) with { SecretHash = Secrets.Hash(secret) });
        PersonDescription[] people = [.. GcoreAccount.People.Select(person => new PersonDescription
        {
            Name = person.Key,
            Role = person.Value.Role.Name,
            Account = GcoreAccount.ClientIdText,
            User = person.Value.Email,
            Secret = person.Value == GcoreAccount.Administrator ? secret : null,
            Password = _passwords.New(person.Value.Email),
        })];
        return new ServiceDescription
        {
            BaseUri = baseAddress,
            Account = GcoreAccount.ClientIdText,
            Secret = secret,
            Username = people[0].User,
            Password = people[0].Password,
            People = people,
        };
    }

    public void Map(RouteGroupBuilder routes)
    {
        routes.MapPost("/iam/auth/jwt/login", LoginAsync).CountAs(RequestKind.Login);
        routes.MapPost("/iam/auth/jwt/refresh", RefreshAsync).CountAs(RequestKind.Login);
        routes.MapGet("/iam/clients/me", Me);
        routes.MapGet(TokensPath, List);
        routes.MapPost(TokensPath, CreateAsync);
        routes.MapGet($"{TokensPath}/{{id}}", Get);
        routes.MapDelete($"{TokensPath}/{{id}}", Delete);
        routes.Map("/{**path}", IResult () => throw GcoreErrors.NotFound());
    }

    public HttpErrorException Reject(int status) => GcoreErrors.Of(status);

    private async Task<IResult> LoginAsync(HttpRequest request)
    {
        RequestBody body = await RequestBody.ReadAsync(request, GcoreErrors.Body);
        RequireFields(body, "username", "password");
        return _passwords.Find(body.Text("username")!, body.Text("password")!) is { } email
            ? NewPair(GcoreAccount.Users.First(user => user.Email == email))
            : throw GcoreErrors.LoginFailed();
    }

    private async Task<IResult> RefreshAsync(HttpRequest request)
    {
        RequestBody body = await RequestBody.ReadAsync(request, GcoreErrors.Body);
        RequireFields(body, "refresh");
        return NewPair(_refreshes.Take(body.Text("refresh")!) ?? throw GcoreErrors.TokenEnded());
    }

    private IResult Me(HttpRequest request)
    {
        GcoreCaller caller = Authenticate(request);
        return TypedResults.Json(
            new GcoreClientBody { CurrentUser = caller.User.Id, Email = caller.User.Email, Name = caller.User.Name },
            GcoreJson.Wire.GcoreClientBody);
    }

    private IResult List(HttpRequest request, string clientId)
    {
        GcoreCaller caller = Authorize(request, clientId);
        ListFilter filter = ListFilter.Of(request.Query);
        DateTimeOffset now = clock.Now();

        // Administrators see every token of the account; other users see the tokens that they issued.
        int? issuer = caller.Role.IsAdministrator ? filter.IssuedBy : caller.User.Id;
        return TypedResults.Json(
            _tokens.All(issuer).Where(token => filter.Matches(token, now)).Select(token => GcoreTokenBody.Of(token, now)),
            GcoreJson.Wire.IEnumerableGcoreTokenBody);
    }

    // Deleted tokens can still be read.
    private IResult Get(HttpRequest request, string clientId, string id) => ToResult(Find(Authorize(request, clientId), id));

    private async Task<IResult> CreateAsync(HttpRequest request, string clientId)
    {
        GcoreCaller caller = Authorize(request, clientId);
        RequestBody body = await RequestBody.ReadAsync(request, GcoreErrors.Body);
        RequireFields(body, "name", "exp_date", "client_user");
        DateTimeOffset now = clock.Now();
        string name = body.Text("name")!;
        if (string.IsNullOrWhiteSpace(name))
        {
            throw GcoreErrors.Invalid("name", "This field may not be blank.");
        }

        GcoreRole role = ReadRole(body.Object("client_user")!) ?? caller.Role;
        if (!caller.Role.MayIssue(role))
        {
            throw GcoreErrors.RoleTooHigh(role);
        }

        var token = new GcoreToken
        {
            Name = name,
            Description = body.HasNull("description") ? null : body.Text("description"),
            Role = role,
            Issuer = caller.User,
            Created = now,
            Expires = ReadExpiry(body, now),
        };
        (GcoreToken Token, string Secret) added = _tokens.Add(token, tokenLimit, NewSecret)
            ?? throw GcoreErrors.LimitReached(tokenLimit);
        return ToResult(added.Token, added.Secret);
    }

    private IResult Delete(HttpRequest request, string clientId, string id)
    {
        GcoreCaller caller = Authorize(request, clientId);
        GcoreToken token = Find(caller, id);

        // Inferred: a token cannot remove a token with a higher role, even of the same user. Users have no token with a higher role.
        if (!caller.Role.MayIssue(token.Role))
        {
            throw GcoreErrors.Forbidden();
        }

        return _tokens.Remove(token.Id)
            ? TypedResults.NoContent()
            : throw GcoreErrors.TokenNotFound();
    }

    private GcoreCaller Authorize(HttpRequest request, string clientId)
    {
        GcoreCaller caller = Authenticate(request);
        return clientId == GcoreAccount.ClientIdText ? caller : throw GcoreErrors.AccountNotFound();
    }

    private GcoreCaller Authenticate(HttpRequest request)
    {
        Credential credential = Credential.Of(request) ?? throw GcoreErrors.NotAuthenticated();
        if (credential.Is("Bearer"))
        {
            GcoreUser user = _accesses.Find(credential.Value) ?? throw GcoreErrors.NotLoggedIn();
            return new GcoreCaller(user, user.Role);
        }

        if (!credential.Is("APIKey"))
        {
            throw GcoreErrors.NotAuthenticated();
        }

        DateTimeOffset now = clock.Now();
        GcoreToken token = _tokens.FindBySecret(credential.Value) ?? throw GcoreErrors.BadToken(credential.Value);
        if (token.IsDeleted(now))
        {
            throw GcoreErrors.TokenEnded();
        }

        if (token.LastUsage is null || now - token.LastUsage >= UsagePrecision)
        {
            _tokens.SetLastUsage(token.Id, now);
        }

        return new GcoreCaller(token.Issuer, token.Role);
    }

    private GcoreToken Find(GcoreCaller caller, string id)
    {
        GcoreToken? token =
            long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? _tokens.Find(number) : null;
        if (token is null)
        {
            throw GcoreErrors.TokenNotFound();
        }

        return caller.Role.IsAdministrator || caller.User == token.Issuer ? token : throw GcoreErrors.Forbidden();
    }

    /// <summary>
    /// Returns the requested role, by id, by name or both; null if none is requested. Inferred: the caller's role then applies.
    /// </summary>
    private static GcoreRole? ReadRole(RequestBody clientUser)
    {
        if (clientUser.Object("role") is not { } requested || !requested.Fields.Any())
        {
            return null;
        }

        int? id = requested.Integer("id");
        string? name = requested.Text("name");
        GcoreRole? role = id is not null ? GcoreRole.Find(id.Value) : GcoreRole.Find(name ?? "");
        return role is not null && (name is null || role.Name == name)
            ? role
            : throw GcoreErrors.UnknownRole(name ?? id?.ToString(CultureInfo.InvariantCulture) ?? "");
    }

    private static DateTimeOffset? ReadExpiry(RequestBody body, DateTimeOffset now)
    {
        if (body.HasNull("exp_date"))
        {
            return null;
        }

        DateTimeOffset expires = Rfc3339.Parse(body.Text("exp_date"))
            ?? throw GcoreErrors.Invalid("exp_date", "Datetime has wrong format.");
        return expires > now ? expires.ToMilliseconds() : throw GcoreErrors.Invalid("exp_date", "Expiration date must be in the future.");
    }

    private static void RequireFields(RequestBody body, params string[] fields)
    {
        string[] missing = [.. fields.Where(field => !body.Has(field))];
        if (missing.Length > 0)
        {
            throw GcoreErrors.Missing(missing);
        }
    }

    private IResult NewPair(GcoreUser user)
    {
        DateTimeOffset now = clock.Now();
        string refresh = Sign(user, "refresh", now, now + RefreshLifetime);
        string access = Sign(user, "access", now, now + AccessLifetime);
        _refreshes.Add(refresh, user, now + RefreshLifetime);
        _accesses.Add(access, user, now + AccessLifetime);
        return TypedResults.Json(new GcoreTokenPair(refresh, access), GcoreJson.Wire.GcoreTokenPair);
    }

    private string Sign(GcoreUser user, string type, DateTimeOffset issued, DateTimeOffset expires) => _jwt.Sign(new JsonObject
    {
        ["token_type"] = type,
        ["user_id"] = user.Id,
        ["jti"] = Secrets.Hex(16),
        ["iat"] = issued.ToUnixTimeSeconds(),
        ["exp"] = expires.ToUnixTimeSeconds(),
    });

    private static string NewSecret(long id) => string.Create(CultureInfo.InvariantCulture, $"{id}_{Secrets.Hex(32)}");

    private IResult ToResult(GcoreToken token, string? secret = null) =>
        TypedResults.Json(GcoreTokenBody.Of(token, clock.Now(), secret), GcoreJson.Wire.GcoreTokenBody);

    private static GcoreToken AdministratorToken(DateTimeOffset now) => new()
    {
        Id = AdministratorTokenId,
        Name = "administrator",
        Role = GcoreRole.Administrators,
        Issuer = GcoreAccount.Administrator,
        Created = now,
    };

    private sealed record GcoreCaller(GcoreUser User, GcoreRole Role);
}
