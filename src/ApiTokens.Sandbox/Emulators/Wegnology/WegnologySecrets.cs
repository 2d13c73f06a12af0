using System.Text.Json.Nodes;
using ApiTokens.Sandbox.Http;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>Signs the secrets of tokens and sessions.</summary>
internal sealed class WegnologySecrets
{
    private readonly Jwt _jwt = new();

    /// <summary>Returns a secret with the claims of a real one (contracts/wegnology.md, 1.12).</summary>
    public string Of(WegnologyToken token) => Sign(
        new JsonObject
        {
            ["sub"] = token.Id,
            ["subtype"] = "apiToken",
            ["scope"] = new JsonArray([.. token.Scope.Select(value => JsonValue.Create(value))]),
        },
        token.Created,
        token.Expires);

    /// <summary>
    /// Returns the secret of a session. Inferred: its claims are not documented. The id distinguishes two sessions of the same second.
    /// </summary>
    public string OfSession(string userId, string id, DateTimeOffset issued, DateTimeOffset? expires) =>
        Sign(new JsonObject { ["sub"] = userId, ["jti"] = id }, issued, expires);

    private string Sign(JsonObject claims, DateTimeOffset issued, DateTimeOffset? expires)
    {
        claims["iat"] = issued.ToUnixTimeSeconds();
        claims["iss"] = "app.wnology.io";
        if (expires is { } expiry)
        {
            claims["exp"] = expiry.ToUnixTimeSeconds();
        }

        return _jwt.Sign(claims);
    }
}
