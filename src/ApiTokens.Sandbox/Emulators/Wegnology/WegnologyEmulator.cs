using ApiTokens.Sandbox.Http;
using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>Emulates the part of WEGnology's API that manages API tokens.</summary>
internal sealed class WegnologyEmulator(Database database, TimeProvider clock) : IServiceEmulator
{
    private const string AdministratorTokenId = "5e00000000000000000000ff";

    // Inferred: a login without a lifetime is valid for one day.
    private static readonly TimeSpan DefaultSessionLifetime = TimeSpan.FromDays(1);

    private readonly WegnologyTokenStore _tokens = new(database);
    private readonly Sessions<WegnologyCaller> _sessions = new(clock);
    private readonly ObjectIds _ids = new(clock);
    private readonly WegnologySecrets _secrets = new();
    private readonly Passwords _passwords = new();

    public string Name => "wegnology";

    public IEnumerable<string> Prefixes => [Name, Losant.Prefix];

    /// <summary>Returns the path of an owner's tokens.</summary>
    public static string Collection(Owner owner) => owner.Type switch
    {
        Owner.Application => $"/applications/{owner.Id}/tokens",
        Owner.Instance => $"/instances/{owner.Id}/tokens",
        _ => "/me/tokens",
    };

    public void CreateSchema() => _tokens.CreateSchema();

    public void Seed(int generated)
    {
        DateTimeOffset now = clock.Now();
        foreach (WegnologyToken token in WegnologySeed.Tokens(now))
        {
            _tokens.Add(token);
        }

        _tokens.Generate(generated, WegnologyAccount.User, WegnologySeed.Creators, _ids.Process, now);
    }

    public ServiceDescription StartAdministrator(Uri baseAddress)
    {
        DateTimeOffset now = clock.Now();
        var token = new WegnologyToken
        {
            Id = AdministratorTokenId,
            Owner = WegnologyAccount.User,
            Creator = WegnologyAccount.Administrator.Creator,
            Name = "administrator",
            Created = now,
            Updated = now,
            Scope = ["all.User"],
        };
        string secret = _secrets.Of(token);
        _tokens.Put(token with { SecretHash = Secrets.Hash(secret) });
        PersonDescription[] people = [.. WegnologyAccount.Users.Select(user => new PersonDescription
        {
            Name = user.Person,
            Role = user.Role,
            Account = $"user/{user.Id}",
            User = user.Email,
            Secret = user == WegnologyAccount.Administrator ? secret : null,
            Password = _passwords.New(user.Email),
        })];
        return new ServiceDescription
        {
            BaseUri = baseAddress,
            Account = people[0].Account,
            Secret = secret,
            Username = people[0].User,
            Password = people[0].Password,
            People = people,
            Applications = [.. WegnologyAccount.Applications.Keys],
            Instances = [.. WegnologyAccount.Instances.Keys],
        };
    }

    public void Map(RouteGroupBuilder routes)
    {
        routes.MapPost("/auth/user", LoginAsync).CountAs(RequestKind.Login);
        routes.MapGet("/whitelabels/domain", () => TypedResults.Json(new WhiteLabel(), WegnologyJson.Wire.WhiteLabel));
        routes.MapGet("/me", Me);
        routes.MapGet("/applications/{ownerId}", Application);
        routes.MapGet("/instances/{ownerId}", Instance);
        MapCollection(routes.MapGroup("/me/tokens"), Owner.User);
        MapCollection(routes.MapGroup("/applications/{ownerId}/tokens"), Owner.Application);
        MapCollection(routes.MapGroup("/instances/{ownerId}/tokens"), Owner.Instance);
        routes.Map("/{**path}", IResult (HttpRequest request) => throw WegnologyErrors.MethodNotAllowed(request.Method));
    }

    public HttpErrorException Reject(int status) => WegnologyErrors.Of(status);

    // The names of the actions start with the owner's type: userApiTokens.get, applicationApiToken.patch.
    private void MapCollection(RouteGroupBuilder routes, string ownerType)
    {
        routes.MapGet("", (HttpRequest request) => List(Authorize(request, ownerType, $"{ownerType}ApiTokens.get").Owner, request));
        routes.MapPost("", (HttpRequest request) =>
        {
            (WegnologyCaller caller, Owner owner) = Authorize(request, ownerType, $"{ownerType}ApiTokens.post");
            return CreateAsync(caller, owner, request);
        });
        routes.MapGet("/{id}", (HttpRequest request, string id) =>
            ToResult(request, Find(Authorize(request, ownerType, $"{ownerType}ApiToken.get").Owner, id)));
        routes.MapPatch("/{id}", (HttpRequest request, string id) =>
            PatchAsync(Find(Authorize(request, ownerType, $"{ownerType}ApiToken.patch").Owner, id), request));
        routes.MapDelete("/{id}", (HttpRequest request, string id) =>
            Delete(Find(Authorize(request, ownerType, $"{ownerType}ApiToken.delete").Owner, id)));
    }

    private async Task<IResult> LoginAsync(HttpRequest request)
    {
        RequestBody body = await RequestBody.ReadStrictAsync(
            request, WegnologyErrors.Body, "email", "password", "twoFactorCode", "requestedScopes", "tokenTTL");
        string email = body.Text("email") ?? throw WegnologyErrors.Validation("email is required");
        string password = body.Text("password") ?? throw WegnologyErrors.Validation("password is required");
        List<string> scopes = body.Texts("requestedScopes") ?? ["all.User"];
        WegnologyRules.RequireGrantable(WegnologyAccount.User, scopes, Losant.Is(request));
        int? lifetime = body.Integer("tokenTTL");
        if (lifetime < 0)
        {
            throw WegnologyErrors.Validation("tokenTTL must not be negative");
        }

        string known = _passwords.Find(email, password) ?? throw WegnologyErrors.LoginFailed();
        WegnologyUser user = WegnologyAccount.Users.First(each => each.Email == known);
        DateTimeOffset now = clock.Now();
        DateTimeOffset? expires = lifetime switch
        {
            null => now + DefaultSessionLifetime,
            0 => null, // Zero requests a session that does not expire.
            int seconds => now.AddSeconds(seconds),
        };

        string secret = _secrets.OfSession(user.Id, _ids.Next(), now, expires);
        _sessions.Add(secret, new WegnologyCaller(user.Owner, user.Creator, scopes), expires ?? DateTimeOffset.MaxValue);
        return TypedResults.Json(new AuthedUser(user.Id, secret, false), WegnologyJson.Wire.AuthedUser);
    }

    private IResult Me(HttpRequest request)
    {
        WegnologyUser user = WegnologyAccount.Find(Authorize(request, "me.get").Owner.Id);
        return TypedResults.Json(
            new UserBody(user.Id, user.Id, user.Email, user.FirstName, user.LastName), WegnologyJson.Wire.UserBody);
    }

    private IResult Application(HttpRequest request)
    {
        Owner owner = Authorize(request, Owner.Application, "application.get").Owner;
        return TypedResults.Json(
            new ApplicationBody(owner.Id, owner.Id, WegnologyAccount.Applications[owner.Id]), WegnologyJson.Wire.ApplicationBody);
    }

    private IResult Instance(HttpRequest request)
    {
        Owner owner = Authorize(request, Owner.Instance, "instance.get").Owner;
        return TypedResults.Json(
            new InstanceBody(owner.Id, owner.Id, WegnologyAccount.Instances[owner.Id]), WegnologyJson.Wire.InstanceBody);
    }

    private IResult List(Owner owner, HttpRequest request)
    {
        ListQuery query = ListQuery.Of(request.Query);
        (List<WegnologyToken> items, long total) = _tokens.Page(owner, query);
        var page = new WegnologyPageBody
        {
            Links = Links.For(request, Collection(owner)),
            Items = [.. items.Select(token => WegnologyTokenBody.Of(token, request))],
            TotalCount = total,
            PerPage = query.PerPage,
            Page = query.Page,
            Filter = query.Filter,
            FilterField = query.FilterField,
            SortField = query.SortField,
            SortDirection = query.SortDirection,
            OwnerId = owner.Id,
            OwnerType = owner.Type,
        };
        return TypedResults.Json(page, WegnologyJson.Wire.WegnologyPageBody);
    }

    private async Task<IResult> CreateAsync(WegnologyCaller caller, Owner owner, HttpRequest request)
    {
        RequestBody body = await RequestBody.ReadStrictAsync(
            request, WegnologyErrors.Body, Losant.Fields(request, owner, "name", "description", "expirationDate", "scope", "status"));
        DateTimeOffset now = clock.Now();

        List<string> scope = body.Texts("scope") ?? [Scopes.Default(owner)];
        WegnologyRules.RequireGrantable(owner, scope, Losant.Is(request));
        WegnologyRules.RequireCovered(caller, scope, Losant.Is(request));
        var token = new WegnologyToken
        {
            Id = _ids.Next(),
            Owner = owner,
            Creator = caller.Creator,
            Name = WegnologyRules.ReadName(body) ?? throw WegnologyErrors.Validation("name is required"),
            Description = WegnologyRules.ReadDescription(body),
            Created = now,
            Updated = now,
            Expires = WegnologyRules.ReadExpiration(body, now),
            Scope = scope,
            Status = WegnologyRules.ReadStatus(body) ?? WegnologyToken.Active,
            DefaultRole = Losant.ReadDefaultRole(body),
            OrganizationRoles = Losant.ReadOrganizationRoles(body),
        };
        string secret = _secrets.Of(token);
        _tokens.Add(token with { SecretHash = Secrets.Hash(secret) });
        return ToResult(request, token, secret, StatusCodes.Status201Created);
    }

    private async Task<IResult> PatchAsync(WegnologyToken token, HttpRequest request)
    {
        RequestBody body = await RequestBody.ReadStrictAsync(
            request, WegnologyErrors.Body, Losant.Fields(request, token.Owner, "name", "description", "status"));
        string? name = WegnologyRules.ReadName(body);
        string? description = WegnologyRules.ReadDescription(body);
        string? status = WegnologyRules.ReadStatus(body);
        string? role = Losant.ReadDefaultRole(body);
        IReadOnlyList<OrganizationRole>? roles = Losant.ReadOrganizationRoles(body);
        WegnologyToken? changed = _tokens.Change(token.Id, current => current with
        {
            Name = name ?? current.Name,
            Description = description ?? current.Description,
            Status = status ?? current.Status,
            DefaultRole = role ?? current.DefaultRole,
            OrganizationRoles = roles ?? current.OrganizationRoles,
            Updated = clock.Now(),
        });
        return ToResult(request, changed ?? throw WegnologyErrors.NotFound("API Token"));
    }

    private IResult Delete(WegnologyToken token)
    {
        _tokens.Remove(token.Id);
        return TypedResults.Json(new Success(true), WegnologyJson.Wire.Success);
    }

    private WegnologyToken Find(Owner owner, string id)
    {
        WegnologyRules.RequireId("apiTokenId", id);
        return _tokens.Find(id.ToLowerInvariant()) is { } token
            && token.Owner == owner ? token : throw WegnologyErrors.NotFound("API Token");
    }

    /// <summary>Returns the caller, or throws if the caller may not perform the action.</summary>
    private WegnologyCaller Authorize(HttpRequest request, string action)
    {
        string secret = Credential.Bearer(request) ?? throw WegnologyErrors.InvalidToken();
        WegnologyCaller caller = _sessions.Find(secret) ?? Authenticate(secret) ?? throw WegnologyErrors.InvalidToken();
        return Scopes.Allow(caller.Scopes, action, Losant.Is(request))
            ? caller
            : throw WegnologyErrors.Forbidden($"The scope of the token does not include {action}");
    }

    /// <summary>Returns the caller and the owner in the path, or throws if the caller may not perform the action for this owner.</summary>
    private (WegnologyCaller Caller, Owner Owner) Authorize(HttpRequest request, string ownerType, string action)
    {
        WegnologyCaller caller = Authorize(request, action);
        if (ownerType == Owner.User)
        {
            return caller.Owner.Type == Owner.User
                ? (caller, caller.Owner)
                : throw WegnologyErrors.Forbidden("The token does not belong to a user");
        }

        string id = (string)request.RouteValues["ownerId"]!;
        WegnologyRules.RequireId($"{ownerType}Id", id);
        var owner = new Owner(ownerType, id.ToLowerInvariant());
        bool exists = (ownerType == Owner.Application ? WegnologyAccount.Applications : WegnologyAccount.Instances).ContainsKey(owner.Id);
        if (!exists)
        {
            throw WegnologyErrors.NotFound(ownerType == Owner.Application ? "Application" : "Instance");
        }

        bool mayAccess = caller.Owner.Type == Owner.User
            ? WegnologyAccount.Find(caller.Owner.Id).Resources.Contains(owner.Id, StringComparer.Ordinal)
            : caller.Owner == owner;
        return mayAccess ? (caller, owner) : throw WegnologyErrors.Forbidden("The token belongs to another owner");
    }

    private WegnologyCaller? Authenticate(string secret) =>
        _tokens.FindBySecret(secret) is { } token && token.IsLive(clock.Now())
            ? new WegnologyCaller(token.Owner, new Creator("apiToken", token.Id, token.Name), token.Scope)
            : null;

    private static IResult ToResult(
        HttpRequest request, WegnologyToken token, string? secret = null, int status = StatusCodes.Status200OK) =>
        TypedResults.Json(WegnologyTokenBody.Of(token, request, secret), WegnologyJson.Wire.WegnologyTokenBody, statusCode: status);
}
