using System.Text.Json;
using ApiTokens.Sandbox;
using ApiTokens.Sandbox.Http;
using ApiTokens.Sandbox.Storage;

namespace ApiTokens.SampleService.Emulator;

/// <summary>Acme's API, written from contract.md.</summary>
internal sealed class AcmeEmulator(Database database, TimeProvider clock) : IServiceEmulator
{
    private const string Account = "example";
    private const string Manage = "manage";
    private const long AdministratorId = 1;

    private static readonly JsonSerializerOptions Json = Wire.Options(JsonNamingPolicy.SnakeCaseLower);

    private readonly AcmeTokenStore _tokens = new(database);

    public string Name => "acme";

    public void CreateSchema() => _tokens.CreateSchema();

    public void Seed(int generated)
    {
        DateTimeOffset now = clock.Now();
        _tokens.Put(new AcmeToken(AdministratorId, "administrator", Manage, Enabled: true, now));
        _tokens.Add(new AcmeToken(0, "hourly import", "read write", Enabled: true, now.AddDays(-362), now.AddDays(3)));
        _tokens.Add(new AcmeToken(0, "old import", "write", Enabled: true, now.AddDays(-400), now.AddDays(-35)));
        _tokens.Add(new AcmeToken(0, "paused import", "write", Enabled: false, now.AddDays(-60)));
        for (int i = 1; i <= generated; i++)
        {
            _tokens.Add(new AcmeToken(0, $"token-{i:D7}", "read", Enabled: true, now.AddDays(-30), now.AddDays((i * 37 % 386) - 21)));
        }
    }

    public ServiceDescription StartAdministrator(Uri baseAddress) =>
        new() { BaseUri = baseAddress, Account = Account, Secret = NewSecret(_tokens.Find(AdministratorId)!) };

    public HttpErrorException Reject(int status) => Error(status, HttpErrorException.ReasonPhrase(status));

    public void Map(RouteGroupBuilder routes)
    {
        RouteGroupBuilder tokens = routes.MapGroup($"/accounts/{Account}/tokens").AddEndpointFilter(AuthorizeAsync);
        tokens.MapGet("", () => Results.Json(_tokens.All().Select(token => Body(token)), Json));
        tokens.MapPost("", CreateAsync);
        tokens.MapGet("/{id:long}", (long id) => Answer(Find(id)));
        tokens.MapPatch("/{id:long}", ChangeAsync);
        tokens.MapDelete("/{id:long}", (long id) => _tokens.Remove(id) ? Results.NoContent() : throw Reject(StatusCodes.Status404NotFound));
        routes.MapGet($"/accounts/{Account}/me", (HttpRequest request) => Answer(Authenticate(request))).CountAs(RequestKind.Proof);
        routes.Map("/{**path}", IResult () => throw Reject(StatusCodes.Status404NotFound));
    }

    private async Task<IResult> CreateAsync(HttpRequest request)
    {
        RequestBody body = await RequestBody.ReadStrictAsync(request, Invalid, "name", "scopes", "expires_at");
        string[] scopes = [.. body.Texts("scopes") ?? []];
        if (scopes.Length == 0 || scopes.Except(["read", "write", Manage]).Any())
        {
            throw Invalid("scopes must be some of read, write, manage");
        }

        string name = body.Text("name") is { Length: > 0 } text ? text : throw Invalid("name is needed");
        var token = new AcmeToken(0, name, string.Join(' ', scopes), Enabled: true, clock.Now(), ReadExpiry(body));
        token = token with { Id = _tokens.Add(token) };
        return Answer(token, NewSecret(token), StatusCodes.Status201Created);
    }

    private async Task<IResult> ChangeAsync(HttpRequest request, long id)
    {
        RequestBody body = await RequestBody.ReadStrictAsync(request, Invalid, "status");
        string status = body.Text("status") is "active" or "disabled"
            ? body.Text("status")!
            : throw Invalid("status must be active or disabled");
        return Answer(_tokens.Change(id, token => token with { Enabled = status == "active" })
            ?? throw Reject(StatusCodes.Status404NotFound));
    }

    private AcmeToken Authenticate(HttpRequest request) =>
        _tokens.FindBySecret(Credential.Bearer(request) ?? string.Empty) is { Enabled: true } token && !(token.Expires <= clock.Now())
            ? token
            : throw Reject(StatusCodes.Status401Unauthorized);

    private ValueTask<object?> AuthorizeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        Authenticate(context.HttpContext.Request).Scopes.Split(' ').Contains(Manage)
            ? next(context)
            : throw Error(StatusCodes.Status403Forbidden, "the scope manage is needed");

    private AcmeToken Find(long id) => _tokens.Find(id) ?? throw Reject(StatusCodes.Status404NotFound);

    private DateTimeOffset? ReadExpiry(RequestBody body) => body switch
    {
        _ when !body.Has("expires_at") || body.HasNull("expires_at") => null,
        _ when Rfc3339.Parse(body.Text("expires_at")) is { } end && end > clock.Now() => end.ToMilliseconds(),
        _ => throw Invalid("expires_at must be a moment in the future"),
    };

    // The token's id stands in its secret, so it has to be there first.
    private string NewSecret(AcmeToken token)
    {
        string secret = $"acme_{token.Id}_{Secrets.Alphanumeric(40)}";
        _tokens.Put(token with { SecretHash = Secrets.Hash(secret) });
        return secret;
    }

    private static IResult Answer(AcmeToken token, string? secret = null, int status = StatusCodes.Status200OK) =>
        Results.Json(Body(token, secret), Json, statusCode: status);

    private static AcmeBody Body(AcmeToken token, string? secret = null) => new(
        token.Id, token.Name, token.Scopes.Split(' '), token.Enabled ? "active" : "disabled", token.Created, token.Expires, secret);

    private static HttpErrorException Invalid(BodyFault fault) => Invalid($"{fault.Field} {fault.Detail}".Trim());

    private static HttpErrorException Invalid(string words) => Error(StatusCodes.Status400BadRequest, words);

    private static HttpErrorException Error(int status, string words) => new(Results.Json(new { Error = words }, Json, statusCode: status));
}

/// <summary>A token as Acme sends it.</summary>
internal sealed record AcmeBody(
    long Id, string Name, string[] Scopes, string Status, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, string? Secret);
