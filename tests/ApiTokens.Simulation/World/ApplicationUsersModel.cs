using System.Globalization;
using System.Text.Json;
using ApiTokens.Simulation.Engine;
using ApiTokens.Simulation.Plans;

namespace ApiTokens.Simulation.World;

/// <summary>
/// Application Users (docs/application-users-api.yaml): a list with pages that keeps revoked tokens, secrets that are replaced in place.
/// </summary>
internal sealed class ApplicationUsersModel(AccountPlan plan, Timeline timeline, History history) : ServiceModel(plan, timeline, history)
{
    public override string Account => "site";

    public override string OtherUser => "u2";

    protected override string ErrorBody(int status, string message) =>
        $"{{\"type\":\"urn:api-tokens:problem:{status}\",\"title\":{Quote(message)}}}";

    protected override bool KeepsRemoved => true;

    public override ModelRequest Parse(string method, string[] path, Dictionary<string, string> query, JsonElement body) => path switch
    {
        ["sites", _, "me"] => new(RequestKind.Me),
        ["sites", _, "tokens"] => new(RequestKind.List)
        {
            User = query.GetValueOrDefault("userId"),
            Page = int.Parse(query.GetValueOrDefault("pageNumber", "1"), CultureInfo.InvariantCulture) - 1,
            PageSize = int.Parse(query.GetValueOrDefault("pageSize", "100"), CultureInfo.InvariantCulture),
        },
        ["sites", _, "users", var user, "tokens"] => new(RequestKind.Create) { User = user, Name = Text(body, "name") ?? string.Empty },
        ["sites", _, "users", var user, "tokens", "revoke"] => new(RequestKind.RemoveAll) { User = user },
        ["sites", _, "tokens", var id, "revoke"] => new(RequestKind.Remove) { Id = id },
        ["sites", _, "tokens", var id, "regenerate"] => new(RequestKind.Regenerate) { Id = id },
        ["sites", _, "tokens", var id] => method == "GET" ? new(RequestKind.Get) { Id = id }
            : Text(body, "name") is { } name ? new(RequestKind.Rename) { Id = id, Name = name }
            : new(RequestKind.Update) { Id = id, Description = Text(body, "applyToAll") },
        _ => new(RequestKind.Unknown),
    };

    protected override string NewId(int number) => $"at_{number.ToString("d20", CultureInfo.InvariantCulture)}";

    protected override string NewSecret(string id, int number) => $"z9{Secrets.Letters(number, 38)}";

    protected override string RenderCaller(ModelToken caller) => $"{{\"tokenId\":\"{caller.Id}\",\"userId\":\"{caller.Owner}\"}}";

    protected override string RenderList(ModelRequest request)
    {
        ModelToken[] all = [.. Visible().Where(token => request.User is not { } user || token.Owner == user)];
        IEnumerable<string> items =
            all.Skip(request.Page * request.PageSize).Take(request.PageSize).Select(token => Render(token, secret: false));
        return $"{{\"items\":[{string.Join(",", items)}],\"totalCount\":{all.Length},\"pageSize\":{request.PageSize}}}";
    }

    protected override string Render(ModelToken token, bool secret) =>
        $"{{\"id\":\"{token.Id}\",\"userId\":\"{token.Owner}\",\"name\":{Quote(token.Name)},"
        + $"\"status\":\"{(token.IsLive ? "active" : "revoked")}\","
        + $"\"access\":{{\"sales\":\"full\"}},\"expirationMonths\":6,\"createdAt\":{Created(token)},\"createdBy\":\"{token.Issuer}\","
        + $"\"expiresAt\":{Date(token.CreatedAt.AddMonths(6))}{(secret ? $",\"secret\":\"{token.Secret}\"" : string.Empty)}}}";
}

/// <summary>Makes secrets that differ and that contain no digits, so that no id or name in a message looks like a part of one.</summary>
internal static class Secrets
{
    public static string Letters(int number, int length, string alphabet = "ghjkmnpqrstvwxyz")
    {
        var text = new char[length];
        uint state = ((uint)number * 2654435761) + 12345;
        for (int i = 0; i < length; i++)
        {
            state = (state * 1664525) + 1013904223;
            text[i] = alphabet[(int)((state >> 16) % (uint)alphabet.Length)];
        }

        return new string(text);
    }
}
