using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services.Devo;

public sealed class DevoRecipe : ServiceRecipe
{
    public override string Service => "Devo";

    public override string UnusedId => "999999";

    public override MatchedBy? MatchedBy => ApiTokens.Services.MatchedBy.Value;

    // The documented requests accept only tokens for management.
    public override bool ChecksSecrets => false;

    public override string CheckPath => "/ws/accounts/acme/credentials/tokens";

    public override NewTokenRequest New(string name) => new() { Name = name, User = "jdoe@example.com", Audience = ["apiv2"] };

    public override (string Path, (string Name, string Value)[] Headers) Proof(string? owner, string account, string secret) =>
        ("devo/whoami", [("Authorization", $"Bearer {secret}")]);

    public override object Value(NewTokenFields field, bool another) => field == NewTokenFields.Scope
        ? (string[])[another ? "table://b level://admin" : "table://a level://admin"]
        : base.Value(field, another);
}
