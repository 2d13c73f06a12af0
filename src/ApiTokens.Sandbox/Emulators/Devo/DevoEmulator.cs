using System.Globalization;
using ApiTokens.Sandbox.Http;
using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.Devo;

/// <summary>Emulates Devo's Credentials API.</summary>
internal sealed class DevoEmulator(Database database, TimeProvider clock, SecretCipher cipher) : IServiceEmulator
{
    private const long AdministratorTokenId = 1;

    // Devo shows the value of a token again to its owner and its user, so values are stored, encrypted.
    private readonly DevoTokenStore _tokens = new(database, cipher);

    // The people sign in with credentials that are not tokens of the domain, so they are not listed.
    private readonly Sessions<DevoToken> _people = new(clock);

    public string Name => "devo";

    public void CreateSchema() => _tokens.CreateSchema();

    public void Seed(int generated)
    {
        DateTimeOffset now = clock.Now();
        _tokens.Put(AdministratorToken(now));
        foreach (DevoToken token in DevoSeed.Tokens(now))
        {
            _tokens.Add(token);
        }

        _tokens.Generate(generated, DevoRules.Users, now);
    }

    public ServiceDescription StartAdministrator(Uri baseAddress)
    {
        string secret = Secrets.Hex(16);
        _tokens.Put(_tokens.WithSecret(AdministratorToken(clock.Now()), secret));
        return new ServiceDescription
        {
            BaseUri = baseAddress,
            Account = DevoRules.Domain,
            Secret = secret,
            People =
            [
                Person("administrator", DevoRules.Administrator, secret),
                .. DevoRules.People.Select(person => Person(person.Name, person.User, SignIn(person.User))),
            ],
        };
    }

    private string SignIn(string user)
    {
        string secret = Secrets.Hex(16);
        _people.Add(secret, AdministratorToken(clock.Now()) with { Id = 0, Owner = user, User = user }, DateTimeOffset.MaxValue);
        return secret;
    }

    private static PersonDescription Person(string name, string user, string secret) => new()
    {
        Name = name,
        Role = $"API Credentials: {(DevoRules.MayManage(user) ? "Manage" : "View")}",
        Account = DevoRules.Domain,
        User = user,
        Secret = secret,
    };

    public void Map(RouteGroupBuilder routes)
    {
        routes.AddEndpointFilter(async (invocation, next) =>
        {
            invocation.HttpContext.Response.Headers["x-devo-cid"] = Guid.NewGuid().ToString();
            return await next(invocation);
        });
        RouteGroupBuilder group = routes.MapGroup("/ws/accounts/{account}/credentials/tokens");
        group.MapGet("", List);
        group.MapPost("", CreateAsync);
        group.MapGet("/{id}", Get);
        group.MapPut("/{id}/enable", Enable);
        group.MapPut("/{id}/disable", Disable);
        group.MapPut("/{id}/rename", RenameAsync);
        group.MapDelete("/{id}", Delete);
        routes.MapGet("/probio/user/email/{email}", GetUser);
        routes.Map("/{**path}", IResult () => throw DevoErrors.NotFound());
    }

    public HttpErrorException Reject(int status) => DevoErrors.Of(status);

    private IResult List(HttpRequest request, string account)
    {
        DevoToken caller = Authorize(request, account);
        DateTimeOffset now = clock.Now();
        return TypedResults.Json(
            _tokens.All().Where(token => Sees(caller, token)).Select(token => DevoTokenBody.Of(token, now)),
            DevoJson.Wire.IEnumerableDevoTokenBody);
    }

    private IResult Get(HttpRequest request, string account, string id)
    {
        DevoToken caller = Authorize(request, account);
        DevoToken token = _tokens.EnsureSecret(Find(id)) ?? throw DevoErrors.TokenNotFound();
        if (!Sees(caller, token))
        {
            throw DevoErrors.Forbidden();
        }

        string? value = caller.User == token.Owner || caller.User == token.User ? _tokens.SecretOf(token) : null;
        return ToResult(token, value ?? Mask(token));
    }

    private async Task<IResult> CreateAsync(HttpRequest request, string account)
    {
        DevoToken caller = AuthorizeToManage(request, account);
        RequestBody body = await RequestBody.ReadStrictAsync(request, DevoErrors.Body, "name", "user", "audience", "scopes");
        string name = ReadName(body);
        string? user = body.Text("user");
        string? audience = body.Text("audience");
        string scopes = body.Text("scopes") ?? DevoRules.AllTables;
        if (user is null || !DevoRules.Users.Contains(user))
        {
            throw DevoErrors.InvalidValue("user");
        }

        if (!DevoRules.IsAudience(audience) || !DevoRules.MayHave(user, audience!))
        {
            throw DevoErrors.InvalidAudience();
        }

        if (!DevoRules.IsScope(scopes))
        {
            throw DevoErrors.InvalidScopes();
        }

        string secret = Secrets.Hex(16);
        DateTimeOffset now = clock.Now();
        var token = new DevoToken
        {
            Name = name,
            Owner = caller.User,
            User = user,
            Audience = audience!,
            Scope = scopes,
            Created = now,
            Updated = now,
            Expires = now + DevoRules.Lifetime,
        };
        return ToResult(_tokens.Add(token, secret), secret, StatusCodes.Status201Created);
    }

    private IResult Enable(HttpRequest request, string account, string id) => SetActive(request, account, id, active: true);

    private IResult Disable(HttpRequest request, string account, string id) => SetActive(request, account, id, active: false);

    // An expired token can be enabled, but it stays expired, and its "active" field stays false.
    private IResult SetActive(HttpRequest request, string account, string id, bool active)
    {
        AuthorizeToManage(request, account);
        return ToResult(Change(Find(id), token => token with { Active = active }));
    }

    private async Task<IResult> RenameAsync(HttpRequest request, string account, string id)
    {
        AuthorizeToManage(request, account);
        DevoToken token = Find(id);
        RequestBody body = await RequestBody.ReadStrictAsync(request, DevoErrors.Body, "name");
        string name = ReadName(body);
        return ToResult(Change(token, current => current with { Name = name }));
    }

    private IResult Delete(HttpRequest request, string account, string id)
    {
        AuthorizeToManage(request, account);
        DevoToken token = Find(id);
        _tokens.Remove(token.Id);
        return TypedResults.NoContent();
    }

    // Part of Devo's Provisioning API, which accepts tokens of every type. Inferred: users may read their own data, and the administrator
    // the data of all users.
    private IResult GetUser(HttpRequest request, string email)
    {
        DevoToken token = Authenticate(request.Headers["standAloneToken"]) ?? throw DevoErrors.Unauthorized();
        if (token.User != DevoRules.Administrator && token.User != email)
        {
            throw DevoErrors.Forbidden();
        }

        int index = DevoRules.Users.IndexOf(email);
        return index < 0
            ? throw DevoErrors.NotFound()
            : TypedResults.Json(new DevoUser(index + 1, email, email.Split('@')[0]), DevoJson.Wire.DevoUser);
    }

    private DevoToken Authorize(HttpRequest request, string account)
    {
        if (Credential.Bearer(request) is null)
        {
            throw DevoErrors.Unauthorized();
        }

        // Devo returns 403 both for a wrong token and for a wrong domain.
        DevoToken? caller = Authenticate(Credential.Bearer(request));
        return caller is not null && caller.HasAudience(DevoRules.CredentialsAudience) && account == DevoRules.Domain
            ? caller
            : throw DevoErrors.Forbidden();
    }

    private DevoToken AuthorizeToManage(HttpRequest request, string account)
    {
        DevoToken caller = Authorize(request, account);
        return DevoRules.MayManage(caller.User) ? caller : throw DevoErrors.Forbidden();
    }

    // Without the level Manage, a user sees the tokens that they may use (2.2).
    private static bool Sees(DevoToken caller, DevoToken token) => DevoRules.MayManage(caller.User) || caller.User == token.User;

    private DevoToken? Authenticate(string? secret) => string.IsNullOrEmpty(secret) ? null
        : _people.Find(secret) ?? (_tokens.FindBySecret(secret) is { } token && token.IsLive(clock.Now()) ? token : null);

    private DevoToken Find(string id) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && _tokens.Find(number) is { } token
            ? token
            : throw DevoErrors.TokenNotFound();

    private DevoToken Change(DevoToken token, Func<DevoToken, DevoToken> change) =>
        _tokens.Change(token.Id, current => change(current) with { Updated = clock.Now() }) ?? throw DevoErrors.TokenNotFound();

    private static string Mask(DevoToken token) =>
        $"tk.{Convert.ToHexStringLower(token.SecretHash.AsSpan(0, 16))}.{token.SecretTail}";

    private static string ReadName(RequestBody body) =>
        body.Text("name") is { } name && !string.IsNullOrWhiteSpace(name) ? name : throw DevoErrors.InvalidValue("name");

    private IResult ToResult(DevoToken token, string? value = null, int status = StatusCodes.Status200OK) =>
        TypedResults.Json(DevoTokenBody.Of(token, clock.Now(), value), DevoJson.Wire.DevoTokenBody, statusCode: status);

    private static DevoToken AdministratorToken(DateTimeOffset now) => new()
    {
        Id = AdministratorTokenId,
        Name = "administrator",
        Owner = DevoRules.Administrator,
        User = DevoRules.Administrator,
        Audience = DevoRules.CredentialsAudience,
        Scope = DevoRules.AllTables,
        Created = now,
        Updated = now,
        Expires = now + DevoRules.Lifetime,
    };
}
