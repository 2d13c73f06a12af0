using ApiTokens.Sandbox.Http;
using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>The reference implementation of the Application Users API, published as <c>docs/application-users-api.yaml</c>.</summary>
internal sealed class ApplicationUsersEmulator(Database database, TimeProvider clock) : IServiceEmulator
{
    // The time of the last use has a precision of one minute, so that not every request causes a write.
    private static readonly TimeSpan UsagePrecision = TimeSpan.FromMinutes(1);

    private readonly UserTokenStore _tokens = new(database);

    public string Name => "application-users";

    public void CreateSchema() => _tokens.CreateSchema();

    public void Seed(int generated)
    {
        DateTimeOffset now = clock.Now();
        _tokens.Add(ApplicationUsersSeed.AdministratorToken(now));
        foreach (UserToken token in ApplicationUsersSeed.Tokens(now))
        {
            _tokens.Add(token);
        }

        _tokens.Generate(generated, ApplicationUsersSite.Users, now);
    }

    public ServiceDescription StartAdministrator(Uri baseAddress)
    {
        DateTimeOffset now = clock.Now();
        string secret = NewSecret();
        _tokens.Change(ApplicationUsersSeed.AdministratorTokenId, token => ApplicationUsersSeed.AdministratorToken(now) with
        {
            Created = token.Created,
            LastUsed = token.LastUsed,
            SecretHash = Secrets.Hash(secret),
        });
        return new ServiceDescription
        {
            BaseUri = baseAddress,
            Account = ApplicationUsersSite.Name,
            Secret = secret,
            People =
            [
                Person("administrator", ApplicationUsersSite.Administrator, "with the control", secret),
                Person("clerk", ApplicationUsersSite.Clerk, "without the control", StartClerk(now)),
            ],
        };
    }

    private string StartClerk(DateTimeOffset now)
    {
        string secret = NewSecret();
        _tokens.Change(
            ApplicationUsersSeed.ClerkTokenId,
            token => ApplicationUsersSeed.Reactivate(token, now) with { SecretHash = Secrets.Hash(secret) });
        return secret;
    }

    private static PersonDescription Person(string name, string userId, string control, string secret) => new()
    {
        Name = name,
        Role = $"{control} Application Users > API Tokens",
        Account = ApplicationUsersSite.Name,
        User = userId,
        Secret = secret,
    };

    public void Map(RouteGroupBuilder routes)
    {
        RouteGroupBuilder site = routes.MapGroup("/sites/{site}");
        site.MapGet("/me", Me);
        site.MapGet("/apis", Apis);
        site.MapGet("/users", Users);
        site.MapPost("/users/{userId}/tokens", CreateAsync);
        site.MapPost("/users/{userId}/tokens/revoke", RevokeAll);
        site.MapGet("/tokens", List);
        site.MapGet("/tokens/{id}", Get);
        site.MapPatch("/tokens/{id}", EditAsync);
        site.MapPost("/tokens/{id}/regenerate", RegenerateAsync);
        site.MapPost("/tokens/{id}/revoke", Revoke);
        routes.MapGet("/data/{api}", Data).CountAs(RequestKind.Proof);
        routes.MapPost("/data/{api}", Data).CountAs(RequestKind.Proof);
        routes.Map("/{**path}", IResult () => throw Problems.NotFound("The path does not exist."));
    }

    public HttpErrorException Reject(int status) => Problems.Of(status);

    private IResult Me(HttpRequest request, string site)
    {
        UserToken caller = Authenticate(request, site);
        return TypedResults.Json(
            new CallerBody(caller.UserId, ApplicationUsersSite.Name, CanManage(caller), caller.Id),
            ApplicationUsersJson.Wire.CallerBody);
    }

    private IResult Apis(HttpRequest request, string site)
    {
        Authorize(request, site);
        return TypedResults.Json(ApiCatalogue.Apis, ApplicationUsersJson.Wire.IReadOnlyListApiBody);
    }

    private IResult Users(HttpRequest request, string site)
    {
        Authorize(request, site);
        var paging = Paging.Of(request.Query);
        IEnumerable<UserBody> page = ApplicationUsersSite.Users
            .Skip((int)Math.Min(paging.Offset, int.MaxValue))
            .Take(paging.Size)
            .Select(user => new UserBody(user.UserId, user.Name, user.Email, user.Active, user.CanManageApiTokens));
        return TypedResults.Json(paging.ToBody<UserBody>([.. page], ApplicationUsersSite.Users.Count), ApplicationUsersJson.Wire.UserPage);
    }

    private IResult List(HttpRequest request, string site)
    {
        Authorize(request, site);
        var paging = Paging.Of(request.Query);
        string? userId =
            request.Query["userId"].ToString() is { Length: > 0 } value ? ApplicationUsersSite.Canonical(value) : null;
        TokenStatus? status = request.Query["status"].ToString() switch
        {
            "" => null,
            "active" => TokenStatus.Active,
            "expired" => TokenStatus.Expired,
            "revoked" => TokenStatus.Revoked,
            _ => throw Problems.Invalid("status", "status must be active, expired or revoked."),
        };
        DateTimeOffset now = clock.Now();
        (List<UserToken> items, long total) = _tokens.Page(userId, status, paging, now);
        return TypedResults.Json(
            paging.ToBody<UserTokenBody>([.. items.Select(token => UserTokenBody.Of(token, now))], total),
            ApplicationUsersJson.Wire.TokenPage);
    }

    private async Task<IResult> CreateAsync(HttpRequest request, string site, string userId)
    {
        UserToken caller = Authorize(request, site);
        RequireUser(userId);
        RequestBody body = await RequestBody.ReadStrictAsync(request, Problems.Body, "name", "expirationMonths", "access", "applyToAll");
        DateTimeOffset now = clock.Now();
        int months = TokenRequest.ReadMonths(body);
        string secret = NewSecret();
        var token = new UserToken
        {
            Id = $"at_{Secrets.Alphanumeric(20)}",
            UserId = userId,
            Name = TokenRequest.ReadName(body),
            Access = TokenRequest.ReadAccess(body, new Dictionary<string, AccessLevel>()),
            ExpirationMonths = months,
            Created = now,
            CreatedBy = caller.UserId,
            Expires = now.AddMonths(months), // Clamped to the last day of a shorter month.
            SecretHash = Secrets.Hash(secret),
        };
        _tokens.Add(token);
        return ToResult(token, secret, StatusCodes.Status201Created);
    }

    private IResult Get(HttpRequest request, string site, string id)
    {
        Authorize(request, site);
        return ToResult(_tokens.Find(id) ?? throw TokenNotFound());
    }

    private async Task<IResult> EditAsync(HttpRequest request, string site, string id)
    {
        Authorize(request, site);
        RequestBody body = await RequestBody.ReadStrictAsync(request, Problems.Body, "name", "access", "applyToAll", "expirationMonths");
        int? months = body.Has("expirationMonths") ? TokenRequest.ReadMonths(body) : null;
        DateTimeOffset now = clock.Now();
        return ToResult(Change(id, token => token with
        {
            ExpirationMonths = months ?? token.ExpirationMonths,
            Expires = months is { } count ? now.AddMonths(count) : token.Expires,
            Name = body.Has("name") ? TokenRequest.ReadName(body) : token.Name,
            Access = TokenRequest.ReadAccess(body, token.Access),
        }));
    }

    private async Task<IResult> RegenerateAsync(HttpRequest request, string site, string id)
    {
        Authorize(request, site);
        RequestBody body = await RequestBody.ReadOptionalAsync(request, Problems.Body, "expirationMonths");
        DateTimeOffset now = clock.Now();
        int months = TokenRequest.ReadMonths(body);
        string secret = NewSecret();
        UserToken regenerated = Change(id, token => token with
        {
            ExpirationMonths = months,
            Expires = now.AddMonths(months),
            Regenerated = now,
            SecretHash = Secrets.Hash(secret),
        });
        return ToResult(regenerated, secret);
    }

    private IResult Revoke(HttpRequest request, string site, string id)
    {
        Authorize(request, site);
        DateTimeOffset now = clock.Now();
        return ToResult(_tokens.Change(id, token => token with { Revoked = token.Revoked ?? now }) ?? throw TokenNotFound());
    }

    // The caller's token is excluded by default, to avoid accidental lockouts.
    private IResult RevokeAll(HttpRequest request, string site, string userId)
    {
        UserToken caller = Authorize(request, site);
        RequireUser(userId);
        bool includeCaller = request.Query["includeCaller"].ToString() switch
        {
            "" or "false" => false,
            "true" => true,
            _ => throw Problems.Invalid("includeCaller", "includeCaller must be true or false."),
        };
        List<string> revoked = _tokens.RevokeAll(userId, includeCaller ? null : caller.Id, clock.Now());
        return TypedResults.Json(new RevokedBody(revoked), ApplicationUsersJson.Wire.RevokedBody);
    }

    // Represents the data APIs that the tokens give access to, with their headers. The vendor also requires the user's password in a
    // header; the sandbox has no passwords.
    private IResult Data(HttpRequest request, string api)
    {
        DateTimeOffset now = clock.Now();
        UserToken? token = _tokens.FindBySecret(request.Headers["authenticationtoken"].ToString());
        if (token?.Status(now) != TokenStatus.Active
            || request.Headers["userid"] != token.UserId
            || request.Headers["sitename"] != ApplicationUsersSite.Name)
        {
            throw Problems.Unauthorized("The headers authenticationtoken, sitename and userid do not identify an active token.");
        }

        RecordUse(token, now);
        if (!ApiCatalogue.Has(api))
        {
            throw Problems.NotFound($"The API '{api}' does not exist.", "api");
        }

        return token.Access.GetValueOrDefault(api).Allows(request.Method)
            ? TypedResults.Json(new DataBody(api, request.Method, token.UserId), ApplicationUsersJson.Wire.DataBody)
            : throw Problems.Forbidden($"The token's access to '{api}' does not include {request.Method}.");
    }

    /// <summary>Returns the caller's token, or throws if the caller may not manage tokens of the site.</summary>
    private UserToken Authorize(HttpRequest request, string site)
    {
        UserToken caller = Authenticate(request, site);
        return CanManage(caller) ? caller : throw Problems.ControlMissing();
    }

    private UserToken Authenticate(HttpRequest request, string site)
    {
        DateTimeOffset now = clock.Now();
        UserToken? caller = Credential.Bearer(request) is { } secret ? _tokens.FindBySecret(secret) : null;
        if (caller?.Status(now) != TokenStatus.Active)
        {
            throw Problems.Unauthorized("An active token of an application user is required: 'Authorization: Bearer <token>'.");
        }

        RecordUse(caller, now);
        return site == ApplicationUsersSite.Name ? caller : throw Problems.NotFound($"The site '{site}' does not exist.", "site");
    }

    private static bool CanManage(UserToken caller) => ApplicationUsersSite.Find(caller.UserId) is { CanManageApiTokens: true };

    private void RecordUse(UserToken token, DateTimeOffset now)
    {
        if (token.LastUsed is null || now - token.LastUsed >= UsagePrecision)
        {
            _tokens.SetLastUsed(token.Id, now);
        }
    }

    private UserToken Change(string id, Func<UserToken, UserToken> change) =>
        _tokens.Change(id, token => token.Revoked is null ? change(token) : throw Problems.Revoked()) ?? throw TokenNotFound();

    private static void RequireUser(string userId)
    {
        if (ApplicationUsersSite.Find(userId) is null)
        {
            throw Problems.NotFound($"The user '{userId}' does not exist.", "userId");
        }
    }

    private static HttpErrorException TokenNotFound() => Problems.NotFound("The token does not exist.", "id");

    private static string NewSecret() => Secrets.Alphanumeric(40);

    private IResult ToResult(UserToken token, string? secret = null, int status = StatusCodes.Status200OK) =>
        TypedResults.Json(UserTokenBody.Of(token, clock.Now(), secret), ApplicationUsersJson.Wire.UserTokenBody, statusCode: status);
}
