using System.Globalization;
using System.Text.Json;
using ApiTokens.Simulation.Engine;
using ApiTokens.Simulation.Plans;

namespace ApiTokens.Simulation.World;

/// <summary>Devo (contracts/devo.md): a list without pages, PUT for every change, secrets that their issuer can read again.</summary>
internal sealed class DevoModel(AccountPlan plan, Timeline timeline, History history) : ServiceModel(plan, timeline, history)
{
    public override string Account => "acme";

    public override ModelRequest Parse(string method, string[] path, Dictionary<string, string> query, JsonElement body) => path switch
    {
        ["ws", "accounts", _, "credentials", "tokens"] => method == "GET"
            ? new(RequestKind.List)
            : new(RequestKind.Create) { Name = Text(body, "name"), User = Text(body, "user") },
        ["ws", "accounts", _, "credentials", "tokens", var id] =>
            new(method == "GET" ? RequestKind.Get : RequestKind.Remove) { Id = id },
        ["ws", "accounts", _, "credentials", "tokens", var id, "rename"] => new(RequestKind.Rename) { Id = id, Name = Text(body, "name") },
        ["ws", "accounts", _, "credentials", "tokens", var id, var verb] =>
            new(RequestKind.SetEnabled) { Id = id, Enabled = verb == "enable" },
        ["probio", "user", "email", _] => new(RequestKind.Me),
        _ => new(RequestKind.Unknown),
    };

    protected override string NewId(int number) => (5000 + number).ToString(CultureInfo.InvariantCulture);

    protected override string NewSecret(string id, int number) => Secrets.Letters(number, 32, "abcdef");

    protected override string RenderCaller(ModelToken caller) => $"{{\"email\":\"{caller.Owner}\"}}";

    protected override bool MayReadSecret(ModelToken token, ModelToken caller) => token.Issuer == caller.Issuer;

    protected override string ErrorBody(int status, string message) => $"{{\"error\":{{\"code\":{status},\"message\":{Quote(message)}}}}}";

    protected override string Render(ModelToken token, bool secret) =>
        $"{{\"id\":{token.Id},\"name\":{Quote(token.Name)},\"scope\":\"table://*.** level://admin\",\"owner\":\"{token.Issuer}\","
        + $"\"user\":\"{token.Owner}\",\"audience\":\"credentials\",\"active\":{(token.IsEnabled ? "true" : "false")},"
        + $"\"created\":{Created(token)}{(secret ? $",\"token\":\"{token.Secret}\"" : string.Empty)}}}";
}
