using System.Management.Automation;
using ApiTokens.PowerShell.Tests.Support;
using ApiTokens.Sandbox;

namespace ApiTokens.SampleService.Tests;

/// <summary>The cmdlets work with Acme without any code for it.</summary>
public sealed class AcmeCmdletTests
{
    [Fact]
    public async Task Cmdlets_AcmeConnection_ConnectIssueListAndRemove()
    {
        await using SandboxServer server = await SandboxServer.StartAsync(new AcmeRecipe().Sandbox);
        ServiceDescription acme = server.Description.Services["acme"];
        using var session = new ModuleSession();

        PSObject connection = session.Single(
            "param($Account, $Secret, $BaseUri) Connect-ApiTokenService Acme $Account -Token $Secret -BaseUri $BaseUri",
            acme.Account, acme.Secret.ToSecret(), acme.BaseUri);
        PSObject token = session.Single("New-ApiToken -Name ci -Scope read, write -ExpiresIn 90d");
        PSObject read = session.Single("Get-ApiToken -Name ci");
        session.Output("Get-ApiToken -Name ci | Remove-ApiToken -Confirm:$false");

        Assert.Equal(("Acme", "acme"), (connection.Text("Service"), connection.Text("Name")));
        Assert.StartsWith($"acme_{token.Text("Id")}_", token.Secret());
        Assert.Equal((token.Text("Id"), "Active", "acme"), (read.Text("Id"), read.Text("Status"), read.Text("Connection")));
        Assert.Empty(session.Output("Get-ApiToken -Name ci*"));
    }
}
