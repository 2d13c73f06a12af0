using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services.Gcore;

public sealed class GcoreRecipe : ServiceRecipe
{
    public override string Service => "Gcore";

    public override string Account => "456";

    public override string UnusedId => "999999";

    public override MatchedBy? MatchedBy => ApiTokens.Services.MatchedBy.Form;

    public override bool KeepsRemovedTokens => true;

    public override string CheckPath => "/iam/clients/me";

    public override string Scheme => "APIKey";

    public override NewTokenRequest New(string name) =>
        new() { Name = name, Description = "before", Role = "Users", Expiry = TokenExpiry.AfterMonths(3) };

    public override (string Path, (string Name, string Value)[] Headers) Proof(string? owner, string account, string secret) =>
        ("gcore/iam/clients/me", [("Authorization", $"APIKey {secret}")]);
}
