using System.Globalization;
using System.Text.Json;
using ApiTokens.Simulation.Engine;
using ApiTokens.Simulation.Plans;

namespace ApiTokens.Simulation.World;

/// <summary>Gcore (contracts/gcore.md): a list without pages, a limited number of tokens, no changes, logins with a password.</summary>
internal sealed class GcoreModel(AccountPlan plan, Timeline timeline, History history) : ServiceModel(plan, timeline, history)
{
    public override string Account => "42";

    public override ModelRequest Parse(string method, string[] path, Dictionary<string, string> query, JsonElement body) => path switch
    {
        ["iam", "auth", "jwt", "login"] => new(RequestKind.Login) { Password = Text(body, "password") },
        ["iam", "auth", "jwt", "refresh"] => new(RequestKind.Refresh),
        ["iam", "clients", "me"] => new(RequestKind.Me),
        ["iam", "v2", "clients", "42", "tokens"] => method == "GET"
            ? new(RequestKind.List)
            : new(RequestKind.Create) { Name = Text(body, "name"), Description = Text(body, "description") },
        ["iam", "v2", "clients", "42", "tokens", var id] => new(method == "GET" ? RequestKind.Get : RequestKind.Remove) { Id = id },
        _ => new(RequestKind.Unknown),
    };

    protected override string NewId(int number) => (7000 + number).ToString(CultureInfo.InvariantCulture);

    protected override string NewSecret(string id, int number) => $"{id}_{Secrets.Letters(number, 32)}";

    protected override string RenderCaller(ModelToken caller) => $"{{\"id\":42,\"email\":\"{Me}\"}}";

    protected override string Render(ModelToken token, bool secret) =>
        $"{{\"id\":{token.Id},\"name\":{Quote(token.Name)},\"description\":{Quote(token.Description)},\"exp_date\":null,\"expired\":false,"
        + $"\"deleted\":false,\"created\":{Created(token)},\"last_usage\":null,\"client_user\":{{\"user_id\":1,\"user_name\":\"u\","
        + $"\"user_email\":\"{token.Issuer}\",\"role\":{{\"id\":1,\"name\":\"Administrators\"}}}}"
        + $"{(secret ? $",\"token\":\"{token.Secret}\"" : string.Empty)}}}";
}
