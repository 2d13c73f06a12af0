using System.Collections;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests.Connections;

/// <summary>Connect-ApiTokenService with a credential from a vault, and with a file of connections.</summary>
public sealed class ConnectVaultTests : ConnectionTest
{
    private const string FromVault =
        "param($S) Connect-ApiTokenService $S.Service $S.Account -BaseUri $S.BaseUri -Vault ops -SecretName $S.Service -Name v";

    public ConnectVaultTests(SandboxFixture fixture)
        : base(fixture)
    {
        var secrets = new Hashtable(StringComparer.OrdinalIgnoreCase);
        foreach (ServiceCase service in ServiceCase.All)
        {
            PSObject access = Access(service.Connection);
            secrets[access.Text("Service")] = access.Get("Secret");
            secrets[$"{access.Text("Service")}-login"] = access.Get("Credential");
        }

        secrets["bytes"] = new byte[] { 1 };
        secrets["old"] = "00000000000000000000000000000000".ToSecret();
        FakeVault.Import(Session, secrets);
    }

    [Theory]
    [ClassData(typeof(EachService))]
    public void Connect_SecretOfVault_MakesAConnectionThatWorks(string connection)
    {
        PSObject made = Single(FromVault, Access(connection));
        Assert.Equal("v", made.Text("Name"));
        Assert.NotEmpty(Output("Get-ApiToken -Connection v"));
    }

    [Fact]
    public void Connect_LoginOfVault_LogsIn()
    {
        PSObject access = Access("gcore");
        Single("param($S) Connect-ApiTokenService Gcore -BaseUri $S.BaseUri -Vault ops -SecretName gcore-login -Name v", access);
        Assert.NotEmpty(Output("Get-ApiToken -Connection v"));
    }

    [Theory]
    [InlineData("VaultNotFound", "-Vault none -SecretName Gcore")]
    [InlineData("SecretNotRead", "-Vault ops -SecretName none")]
    [InlineData("SecretNotRead", "-Vault ops -SecretName bytes")]
    public void Connect_NoCredentialInVault_FailsWithoutARequest(string errorId, string parameters)
    {
        RequestCount before = Sandbox.Count();
        RunResult result = Run($"param($S) Connect-ApiTokenService Gcore -BaseUri $S.BaseUri {parameters}", Access("gcore"));
        Assert.Equal(errorId, result.Terminating?.Id());
        Assert.Equal(before.Total, Sandbox.Count().Total);
    }

    [Fact]
    public void Path_File_ConnectsToEach()
    {
        string file = NewFile($$"""
            @{
                Vault       = 'ops'
                Connections = @(
                    @{ Name = 'file-devo'; Service = 'Devo'; Account = '{{Access("devo").Text("Account")}}'; SecretName = 'Devo'
                        BaseUri = '{{Access("devo").Text("BaseUri")}}' }
                    @{ Name = 'file-gcore'; Service = 'Gcore'; BaseUri = '{{Access("gcore").Text("BaseUri")}}'; Vault = 'ops'
                        SecretName = 'gcore-login'; TokenLimit = 50 }
                )
            }
            """);
        IReadOnlyList<PSObject> made = Output("param($Path) Connect-ApiTokenService -Path $Path -SkipCheck", file);
        Assert.Equal(["file-devo", "file-gcore"], made.Texts("Name"));
        Assert.Equal(50, made[1].Get("TokenLimit"));
        Assert.All(["file-devo", "file-gcore"], name => Assert.NotEmpty(Output("param($Name) Get-ApiToken -Connection $Name", name)));
    }

    [Fact]
    public void Path_OneConnectionFails_MakesTheOthers()
    {
        string gcore = Access("gcore").Text("BaseUri");
        string file = NewFile($$"""
            @{ Vault = 'ops'; Connections = @(
                @{ Name = 'first'; Service = 'Gcore'; BaseUri = '{{gcore}}'; SecretName = 'none' }
                @{ Name = 'second'; Service = 'Gcore'; BaseUri = '{{gcore}}'; SecretName = 'old' }
                @{ Name = 'third'; Service = 'Gcore'; BaseUri = '{{gcore}}'; SecretName = 'Gcore' }) }
            """);
        RunResult result = Run("param($Path) Connect-ApiTokenService -Path $Path", file);
        Assert.Equal("third", result.Single.Text("Name"));
        Assert.Equal(["SecretNotRead", "AuthenticationError"], result.ErrorIds);
        Assert.Equal(["first", "second"], result.Errors.Select(error => error.TargetObject));
        Assert.Null(result.Terminating);
    }

    [Theory]
    [InlineData("@{ Connections = @(@{ Service = 'Gcore'; Vault = 'ops'; Token = 'k3yTh4tIsS3cret' }) }", "'Token'")]
    [InlineData("@{ Connections = @(@{ Service = 'Gcore'; UserName = 'a'; password = 'k3yTh4tIsS3cret' }) }", "'password'")]
    [InlineData("@{ Connections = @(@{ Service = 'Gcore'; SecretName = 'a' }) }", "vault")]
    [InlineData("@{ Connections = @(@{ Service = 'Gcore'; Vault = 'ops' }) }", "'SecretName'")]
    [InlineData("@{ Connections = @(@{ Vault = 'ops'; SecretName = 'a' }) }", "'Service'")]
    [InlineData("@{ Vault = 'ops'; Connections = @(@{ Service = 'Gcore'; SecretName = 'a'; Colour = 'red' }) }", "'Colour'")]
    [InlineData("@{ Vault = 'ops'; Connections = @(@{ Service = 'Gcore'; SecretName = 'a' }, @{ Service = 'Gcore'; SecretName = 'b' }) }",
        "several")]
    [InlineData("@{ Vault = 'ops' }", "no connections")]
    [InlineData("@{ Vault = 'ops'; Connections = 'Gcore' }", "no connections")]
    [InlineData("@{ Vault = 'ops'; Connections = @('Gcore') }", "not a table")]
    [InlineData("@{ Vaults = 'ops'; Connections = @(@{ Service = 'Gcore'; SecretName = 'a' }) }", "'Vaults'")]
    [InlineData("@{ Vault = $env:HOME }", "constants")]
    public void Path_FaultyFile_FailsWithoutARequestAndWithoutItsValues(string text, string named)
    {
        RequestCount before = Sandbox.Count();
        RunResult result = Run("param($Path) Connect-ApiTokenService -Path $Path", NewFile(text));
        Assert.Equal("InvalidPath", result.Terminating?.Id());
        Assert.Contains(named, result.Terminating!.ToString());
        Assert.DoesNotContain("k3yTh4tIsS3cret", $"{result.Terminating} {result.Terminating.Exception} {result.Terminating.Advice()}");
        Assert.Equal(before.Total, Sandbox.Count().Total);
    }

    [Fact]
    public void Path_MissingFile_Fails() =>
        Assert.Equal("InvalidPath", Run("Connect-ApiTokenService -Path none.psd1").Terminating?.Id());

    private string NewFile(string text)
    {
        string file = NewPath(".psd1");
        File.WriteAllText(file, text);
        return file;
    }
}
