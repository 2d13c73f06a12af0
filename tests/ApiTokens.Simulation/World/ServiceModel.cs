using System.Globalization;
using System.Net;
using System.Text.Json;
using ApiTokens.Simulation.Engine;
using ApiTokens.Simulation.Plans;

namespace ApiTokens.Simulation.World;

/// <summary>An account of a service, in memory. It implements the routes of the contract that the core uses.</summary>
internal abstract class ServiceModel(AccountPlan plan, Timeline timeline, History history)
{
    protected const string Me = "us@example.com";

    private readonly Dictionary<string, TimeSpan> _sessions = [];
    private int _issued;

    /// <summary>The name of the service in the catalogue.</summary>
    public string Service => plan.Service;

    public AccountPlan Plan => plan;

    public Uri BaseUri { get; } = new($"https://{plan.Service.ToLowerInvariant()}{plan.Index}.example");

    /// <summary>The account as a connection specifies it.</summary>
    public abstract string Account { get; }

    /// <summary>The name of the user whom tokens of others act for.</summary>
    public virtual string OtherUser => "other@example.com";

    public List<ModelToken> Tokens { get; } = [];

    /// <summary>All changes, in order.</summary>
    public List<Effect> Effects { get; } = [];

    /// <summary>Requests are refused until this time.</summary>
    public TimeSpan RefusedUntil { get; set; }

    public DateTimeOffset Now => timeline.UtcNow + plan.ClockSkew;

    /// <summary>Adds a token that exists without a request of ours.</summary>
    public ModelToken AddToken(string name, string issuer, TimeSpan age) => Add(name, null, issuer, issuer, age, null);

    public abstract ModelRequest Parse(string method, string[] path, Dictionary<string, string> query, JsonElement body);

    public ModelToken? Find(string id) => Tokens.Find(token => string.Equals(token.Id, id, StringComparison.OrdinalIgnoreCase));

    public bool Works(ModelToken token, string secret) => token.IsLive && token.IsEnabled && !token.IsBroken
        && token.Secret == secret && token.WorksFrom <= timeline.Now;

    /// <summary>Changes a token on behalf of somebody else.</summary>
    public void ChangeByOther(RequestKind kind, ModelToken token, string? name = null)
    {
        if (token.IsLive)
        {
            history.Add($"   somebody else: {kind} {token}");
            Apply(new ModelRequest(kind) { Name = name, Enabled = !token.IsEnabled }, token, null);
        }
    }

    /// <summary>Processes a request.</summary>
    public ModelResponse Process(ModelRequest request, Exchange exchange)
    {
        exchange.ProcessedOn = timeline.Now;
        if (request.Kind is RequestKind.Login or RequestKind.Refresh)
        {
            return LogIn(request);
        }

        if (Caller(request.Credential) is not { } caller)
        {
            return Error(401, "Unauthorized");
        }

        switch (request.Kind)
        {
            case RequestKind.Me:
                return Ok(RenderCaller(caller));
            case RequestKind.List:
                return Ok(RenderList(request));
            case RequestKind.Create:
                return Create(request, exchange);
            case RequestKind.RemoveAll:
                ModelToken[] all = [.. Tokens.Where(token => token.IsLive && token.Owner == request.User && token != caller)];
                Array.ForEach(all, token => Apply(request, token, exchange));
                return Ok($"{{\"revoked\":[{string.Join(",", all.Select(token => Quote(token.Id)))}]}}");
            case RequestKind.Unknown:
                return Error(404, "Not found");
        }

        if (Find(request.Id!) is not { } found || (!found.IsLive && !KeepsRemoved))
        {
            return Error(404, "No such token");
        }

        if (request.Kind == RequestKind.Get || (request.Kind == RequestKind.Remove && !found.IsLive))
        {
            return Ok(Render(found, secret: MayReadSecret(found, caller)));
        }

        if (!found.IsLive)
        {
            return Error(409, "The token is revoked");
        }

        Apply(request, found, exchange);
        return request.Kind == RequestKind.Remove && !KeepsRemoved
            ? new ModelResponse(HttpStatusCode.NoContent)
            : Ok(Render(found, secret: request.Kind == RequestKind.Regenerate));
    }

    /// <summary>Whether removed tokens are still listed.</summary>
    protected virtual bool KeepsRemoved => false;

    protected abstract string NewId(int number);

    protected abstract string NewSecret(string id, int number);

    protected abstract string Render(ModelToken token, bool secret);

    protected abstract string RenderCaller(ModelToken caller);

    protected virtual string RenderList(ModelRequest request) =>
        $"[{string.Join(",", Visible().Select(token => Render(token, secret: false)))}]";

    protected virtual bool MayReadSecret(ModelToken token, ModelToken caller) => false;

    /// <summary>The tokens of a list, which may lag behind.</summary>
    protected IEnumerable<ModelToken> Visible() => Tokens.Where(token =>
        token.CreatedOn + plan.ListLag <= timeline.Now
        && (KeepsRemoved || token.RemovedOn is not { } removed || removed + plan.ListLag > timeline.Now));

    protected ModelResponse Error(int status, string message) => new((HttpStatusCode)status, ErrorBody(status, message));

    protected virtual string ErrorBody(int status, string message) => $"{{\"message\":{Quote(message)}}}";

    protected static string Quote(string? text) => text is null ? "null" : $"\"{text}\"";

    protected string Date(DateTimeOffset? time) => time is not { } value ? "null"
        : $"\"{value.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}\"";

    protected string Created(ModelToken token) => Date(plan.OmitsCreationDate ? null : token.CreatedAt);

    protected static string? Text(JsonElement body, string field) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(field, out JsonElement value) ? value.GetString() : null;

    private static ModelResponse Ok(string body) => new(HttpStatusCode.OK, body);

    // A session acts for the user, as does the user's first token.
    private ModelToken? Caller(string credential) =>
        _sessions.TryGetValue(credential, out TimeSpan until) ? (until > timeline.Now ? Tokens[0] : null)
        : Tokens.Find(token => Works(token, credential));

    private ModelResponse LogIn(ModelRequest request)
    {
        if (request.Kind == RequestKind.Login && request.Password != ConnectionPlan.Password)
        {
            return Error(401, "Wrong password");
        }

        string session = $"eyJzzzzzzzzz.eyJzzzzzzzz{_sessions.Count}.zzzzzzzz";
        _sessions[session] = timeline.Now + plan.SessionLifetime;
        return Ok($"{{\"token\":\"{session}\",\"access\":\"{session}\",\"refresh\":\"eyJrrrrrrrrr.eyJrrrrrrrr.rrrrrrrr\"}}");
    }

    private ModelResponse Create(ModelRequest request, Exchange exchange)
    {
        if (Tokens.Count(token => token.IsLive) >= plan.TokenLimit)
        {
            return Error(400, "The limit of tokens is reached");
        }

        ModelToken token = Add(request.Name!, request.Description, request.User ?? Me, Me, TimeSpan.Zero, exchange);
        token.IsBroken = exchange.Fault is { Kind: FaultKind.BrokenSecret };
        return Ok(Render(token, secret: exchange.Fault is not { Kind: FaultKind.MissingSecret }));
    }

    private ModelToken Add(string name, string? description, string owner, string issuer, TimeSpan age, Exchange? exchange)
    {
        int number = ++_issued;
        string id = NewId(number);
        var token = new ModelToken
        {
            Id = id,
            Name = name,
            Description = description,
            Owner = owner,
            Issuer = issuer,
            CreatedAt = Now - age,
            CreatedOn = timeline.Now - age,
            Secret = NewSecret(id, number),
            WorksFrom = exchange is null ? TimeSpan.MinValue : timeline.Now + plan.SecretLag,
            CreatedBy = exchange,
        };
        Tokens.Add(token);
        Record(RequestKind.Create, token, exchange);
        return token;
    }

    private void Apply(ModelRequest request, ModelToken token, Exchange? exchange)
    {
        token.Name = request.Kind is RequestKind.Rename or RequestKind.Update && request.Name is { } name ? name : token.Name;
        token.Description = request.Kind == RequestKind.Update ? request.Description ?? token.Description : token.Description;
        token.IsEnabled = request.Kind == RequestKind.SetEnabled ? request.Enabled : token.IsEnabled;
        token.RemovedOn = request.Kind is RequestKind.Remove or RequestKind.RemoveAll ? timeline.Now : token.RemovedOn;
        if (request.Kind == RequestKind.Regenerate)
        {
            token.Secret = NewSecret(token.Id, ++_issued);
            token.WorksFrom = timeline.Now + plan.SecretLag;
        }

        Record(request.Kind, token, exchange);
    }

    private void Record(RequestKind kind, ModelToken token, Exchange? exchange)
    {
        if (exchange is not null)
        {
            exchange.HadEffect = true;
            exchange.Token = token;
            history.Add($"   {Service}{plan.Index}: {kind} {token} by {exchange}");
        }

        Effects.Add(new Effect(timeline.Now, kind, token, exchange));
    }
}
