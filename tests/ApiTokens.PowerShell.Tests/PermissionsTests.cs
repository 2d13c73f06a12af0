using System.Collections;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>Get-ApiTokenPermission: the permissions for New-ApiToken.</summary>
public sealed class PermissionsTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    private static readonly string[] AllKinds = ["Api", "Audience", "Preset", "Role", "Scope"];

    [Theory]
    [ClassData(typeof(EachService))]
    public void Permissions_OfAConnection_AreListedOnce(string connection)
    {
        var service = ServiceCase.Of(connection);
        IReadOnlyList<PSObject> permissions = Output("param($Connection) Get-ApiTokenPermission -Connection $Connection", connection);
        Assert.Equal(service.PermissionKinds, permissions.Texts("Kind").Distinct(StringComparer.OrdinalIgnoreCase).Order());
        Assert.Subset(permissions.Texts("Value").ToHashSet(), service.SomePermissions.ToHashSet());
        Assert.Distinct(
            permissions.Select(permission => $"{permission.Text("Kind")} {permission.Text("Value")}"), StringComparer.OrdinalIgnoreCase);
        Assert.All(permissions, permission => Assert.Equal(connection, permission.Text("Connection")));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Permissions_ByValueAndKind_AreFound(string connection)
    {
        const string ByValue = "param($Value, $Connection) Get-ApiTokenPermission $Value -Connection $Connection";
        var service = ServiceCase.Of(connection);
        Assert.Equal(service.SomePermissions[0], Single(ByValue, service.SomePermissions[0], connection).Text("Value"));
        Assert.Contains(
            service.SomePermissions[1],
            Output(
                ByValue,
                $"{service.SomePermissions[1][..Math.Min(4, service.SomePermissions[1].Length)].ToUpperInvariant()}*",
                connection).Texts("Value"));
        Assert.Equal(
            [service.PermissionKinds[0]],
            Output(
                "param($Kind, $Connection) Get-ApiTokenPermission -Kind $Kind -Connection $Connection",
                service.PermissionKinds[0],
                connection).Texts("Kind").Distinct());
        Assert.Empty(Output(ByValue, "no such thing", connection));
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Permissions_Listed_SendNoWriteRequest(string connection)
    {
        int before = Sandbox.Count().Writes;
        Assert.NotEmpty(Output("param($Connection) Get-ApiTokenPermission -Connection $Connection", connection));
        Assert.Equal(before, Sandbox.Count().Writes);
    }

    [Fact]
    public void Permissions_RolesOfGcore_AreTakenByNewApiToken()
    {
        IReadOnlyList<string> roles = Output("Get-ApiTokenPermission -Connection gcore -Kind Role").Texts("Value");
        Assert.NotEmpty(roles);
        Assert.All(
            roles,
            role => Assert.Equal(
                role,
                Single("param($Role) New-ApiToken -Connection gcore -Name role -Role $Role -ExpiresIn 30d", role).Text("Role")));
    }

    [Fact]
    public void Permissions_AudiencesAndScopesOfDevo_AreTakenByNewApiToken()
    {
        IReadOnlyList<string> audiences = Output("Get-ApiTokenPermission -Connection devo -Kind Audience").Texts("Value");
        IReadOnlyList<string> scopes = Output("Get-ApiTokenPermission -Connection devo -Kind Scope").Texts("Value");
        Assert.NotEmpty(audiences);
        Assert.NotEmpty(scopes);
        PSObject token = Single(
            "param($Audiences, $Scopes) New-ApiToken -Connection devo -Name all -User user@example.com -Audience $Audiences -Scope $Scopes",
            audiences,
            scopes);
        Assert.Equal(audiences.Order(), token.List("Audience").Order());
        Assert.Equal(scopes.SelectMany(scope => scope.Split(' ')).Order(), token.List("Scope").Order());
    }

    [Fact]
    public void Permissions_PresetsOfWegnology_AreTakenByNewApiToken()
    {
        IReadOnlyList<PSObject> presets = Output("Get-ApiTokenPermission -Connection wegnology -Kind Preset");
        Assert.NotEmpty(presets);
        Assert.All(presets, preset =>
        {
            PSObject token = Single("param($Scope) New-ApiToken -Connection wegnology -Name preset -Scope $Scope", preset.Text("Value"));
            Assert.Equal([preset.Text("Description")], token.List("Scope"));
        });
    }

    [Fact]
    public void Permissions_ApisOfApplicationUsers_AreTakenByNewApiToken()
    {
        var access = new Hashtable();
        foreach (string api in Output("Get-ApiTokenPermission -Connection application-users").Texts("Value"))
        {
            access[api] = "Read";
        }

        Assert.NotEmpty(access);
        IReadOnlyDictionary<string, string> given = Single(
            "param($Access) New-ApiToken -Connection application-users -User jdoe -Access $Access", access).Access();
        Assert.All(given.Values, level => Assert.Equal("Read", level));
        Assert.Equal(access.Count, given.Count);
    }

    [Fact]
    public void Permissions_SeveralConnections_ComeFromAllOfThem()
    {
        Assert.Equal(AllKinds, Kinds("Get-ApiTokenPermission -Connection *"));
        Assert.Equal(AllKinds, Kinds("Get-ApiTokenService | Get-ApiTokenPermission"));
    }

    private IEnumerable<string> Kinds(string script) => Output(script).Texts("Kind").Distinct(StringComparer.OrdinalIgnoreCase).Order();
}
