using System.Runtime.CompilerServices;
using ApiTokens.Core.Tests.Conformance;
using ApiTokens.SampleService.Emulator;
using ApiTokens.SampleService.Service;
using ApiTokens.Sandbox;
using ApiTokens.Services;

namespace ApiTokens.SampleService.Tests;

public sealed class AcmeRecipe : ServiceRecipe
{
    public override string Service => "Acme";

    public override string UnusedId => "999999";

    public override MatchedBy? MatchedBy => ApiTokens.Services.MatchedBy.Form;

    public override string CheckPath => "/accounts/acme/me";

    public override SandboxOptions Sandbox => new() { MoreEmulators = [(database, clock) => new AcmeEmulator(database, clock)] };

    public override NewTokenRequest New(string name) => new() { Name = name, Scope = ["read", "write"] };

    public override (string Path, (string Name, string Value)[] Headers) Proof(string? owner, string account, string secret) =>
        ($"acme/accounts/{account}/me", [("Authorization", $"Bearer {secret}")]);

    public override object Value(NewTokenFields field, bool another) =>
        field == NewTokenFields.Scope ? (string[])[another ? "write" : "read"] : base.Value(field, another);

    // A service of the module is a line in ServiceCatalog instead, and its emulator one in SandboxServer.
    [ModuleInitializer]
    internal static void Register() => ServiceCatalog.Add(new AcmeDefinition());
}
