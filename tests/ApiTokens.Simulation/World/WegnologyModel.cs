using System.Globalization;
using System.Text;
using System.Text.Json;
using ApiTokens.Simulation.Engine;
using ApiTokens.Simulation.Plans;

namespace ApiTokens.Simulation.World;

/// <summary>WEGnology (contracts/wegnology.md): a list with pages, PATCH for every change, logins with a password.</summary>
internal sealed class WegnologyModel(AccountPlan plan, Timeline timeline, History history) : ServiceModel(plan, timeline, history)
{
    private const string Application = "aaaaaaaaaaaaaaaaaaaaaaaa";

    public override string Account => $"application/{Application}";

    public override ModelRequest Parse(string method, string[] path, Dictionary<string, string> query, JsonElement body) => path switch
    {
        ["auth", "user"] => new(RequestKind.Login) { Password = Text(body, "password") },
        ["applications", _] => new(RequestKind.Me),
        ["applications", _, "tokens"] when method == "GET" => new(RequestKind.List)
        {
            Page = int.Parse(query.GetValueOrDefault("page", "0"), CultureInfo.InvariantCulture),
            PageSize = int.Parse(query.GetValueOrDefault("perPage", "100"), CultureInfo.InvariantCulture),
        },
        ["applications", _, "tokens"] => new(RequestKind.Create) { Name = Text(body, "name"), Description = Text(body, "description") },
        ["applications", _, "tokens", var id] => method switch
        {
            "GET" => new(RequestKind.Get) { Id = id },
            "DELETE" => new(RequestKind.Remove) { Id = id },
            _ when Text(body, "status") is { } status => new(RequestKind.SetEnabled) { Id = id, Enabled = status == "active" },
            _ when Text(body, "name") is { } name => new(RequestKind.Rename) { Id = id, Name = name },
            _ => new(RequestKind.Update) { Id = id, Description = Text(body, "description") },
        },
        _ => new(RequestKind.Unknown),
    };

    protected override string ErrorBody(int status, string message) =>
        $"{{\"type\":\"Error{status}\",\"message\":{Quote(message)}}}";

    protected override string NewId(int number) => number.ToString("x24", CultureInfo.InvariantCulture);

    protected override string NewSecret(string id, int number)
    {
        string claims = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{{\"sub\":\"{id}\",\"n\":{number}}}"));
        return $"eyJhbGciOiJIUzI1NiJ9.{claims.TrimEnd('=').Replace('+', '-').Replace('/', '_')}.{Secrets.Letters(number, 12)}";
    }

    protected override string RenderCaller(ModelToken caller) => $"{{\"id\":\"{Application}\",\"name\":\"app\"}}";

    protected override string RenderList(ModelRequest request)
    {
        ModelToken[] all = [.. Visible()];
        IEnumerable<string> items =
            all.Skip(request.Page * request.PageSize).Take(request.PageSize).Select(token => Render(token, secret: false));
        return $"{{\"items\":[{string.Join(",", items)}],\"totalCount\":{all.Length},\"perPage\":{request.PageSize}}}";
    }

    protected override string Render(ModelToken token, bool secret) =>
        $"{{\"id\":\"{token.Id}\",\"name\":{Quote(token.Name)},\"description\":{Quote(token.Description)},"
        + $"\"creatorName\":\"{token.Issuer}\","
        + $"\"creationDate\":{Created(token)},\"scope\":[\"all.Application\"],\"status\":\"{(token.IsEnabled ? "active" : "inactive")}\""
        + $"{(secret ? $",\"token\":\"{token.Secret}\"" : string.Empty)}}}";
}
