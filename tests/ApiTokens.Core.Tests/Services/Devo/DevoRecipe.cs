using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services.Devo;

public sealed class DevoRecipe : ServiceRecipe
{
    public override string Service => "Devo";

    public override string UnusedId => "999999";

    public override MatchedBy? MatchedBy => ApiTokens.Services.MatchedBy.Value;

    public override bool CheckReturnsId => false;

    public override string CheckPath => "/probio/user/email/jdoe";

    public override (string Name, string Value) CheckHeader(string secret) => ("standAloneToken", secret);

    public override NewTokenRequest New(string name) => new()
    {
        Name = name,
        User = "jdoe@example.com",
        Audience = ["apiv2"],
        Scope = ["table://my.app.**", "level://admin"],
    };

    public override (string Path, (string Name, string Value)[] Headers) Proof(string? owner, string account, string secret) =>
        ($"devo/probio/user/email/{owner}", [("standAloneToken", secret)]);

    public override object Value(NewTokenFields field, bool another) => field == NewTokenFields.Scope
        ? (string[])[another ? "table://b level://admin" : "table://a level://admin"]
        : base.Value(field, another);
}
