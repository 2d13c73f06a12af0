using ApiTokens.Core.Tests.Conformance;

namespace ApiTokens.Core.Tests.Services.ApplicationUsers;

public sealed class ApplicationUsersRecipe : ServiceRecipe
{
    public override string Service => "ApplicationUsers";

    public override string UnusedId => "at_zzzzzzzzzzzzzzzzzzzz";

    public override bool IsPaged => true;

    public override bool KeepsRemovedTokens => true;

    public override string CheckPath => "/sites/acme/me";

    public override NewTokenRequest New(string name) => new() { Name = name, User = "jdoe", ApplyToAll = AccessLevel.Read };

    public override (string Path, (string Name, string Value)[] Headers) Proof(string? owner, string account, string secret) =>
        ("application-users/data/location", [("authenticationtoken", secret), ("sitename", account), ("userid", owner!)]);
}
