using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services.Wegnology;

public sealed class WegnologyRecipe : ServiceRecipe
{
    public override string Service => "Wegnology";

    public override string Account => "user";

    public override string UnusedId => "ffffffffffffffffffffffff";

    public override MatchedBy? MatchedBy => ApiTokens.Services.MatchedBy.Claims;

    public override bool IsPaged => true;

    public override string CheckPath => "/me";

    public override NewTokenRequest New(string name) => new() { Name = name, Description = "before", Scope = ["all.User"] };

    public override (string Path, (string Name, string Value)[] Headers) Proof(string? owner, string account, string secret) =>
        ("wegnology/me", [("Authorization", $"Bearer {secret}")]);
}
