using System.Collections;
using System.Security;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>The services of a sandbox, and further connections to them.</summary>
public static class SandboxServices
{
    /// <summary>The description of a service from Start-ApiTokenSandbox: Service, Account, Secret, BaseUri, OtherAccounts.</summary>
    /// <param name="sandbox">The sandbox.</param>
    /// <param name="service">The default name of the service's connections.</param>
    public static PSObject Service(this Sandbox sandbox, string service) =>
        Assert.Single(sandbox.Services(), each => each.Text("Service") == service);

    /// <summary>The descriptions of all services from Start-ApiTokenSandbox.</summary>
    public static IReadOnlyList<PSObject> Services(this Sandbox sandbox) =>
        [.. ((IEnumerable)sandbox.Started.Get("Services")!).Cast<object>().Select(PSObject.AsPSObject)];

    /// <summary>The values to connect as a person with, from Start-ApiTokenSandbox.</summary>
    /// <param name="sandbox">The sandbox.</param>
    /// <param name="service">The default name of the service's connections.</param>
    /// <param name="name">The name of the person.</param>
    public static Hashtable Person(this Sandbox sandbox, string service, string name) => (Hashtable)Assert.Single(
        ((IEnumerable)sandbox.Service(service).Get("People")!).Cast<object>().Select(PSObject.AsPSObject),
        person => person.Text("Name") == name).Get("ConnectionInfo")!;

    /// <summary>Connects a session to a service.</summary>
    /// <param name="session">The session.</param>
    /// <param name="sandbox">The sandbox.</param>
    /// <param name="connection">The default name of the service's connection.</param>
    /// <param name="parameters">More parameters, such as "-Name other -TimeoutSec 1".</param>
    public static void ConnectTo(this ModuleSession session, Sandbox sandbox, string connection, string parameters = "") =>
        session.Single(
            $"param($To) Connect-ApiTokenService $To.Service $To.Account -Token $To.Secret -BaseUri $To.BaseUri {parameters}",
            sandbox.Service(connection));

    /// <summary>Adds a connection to a service of a sandbox.</summary>
    /// <param name="session">The session.</param>
    /// <param name="sandbox">The sandbox.</param>
    /// <param name="service">The default name of the service's connections.</param>
    /// <param name="name">The name of the new connection.</param>
    /// <param name="account">An account other than the default one.</param>
    /// <param name="secret">The secret of a token other than the administrator's.</param>
    /// <param name="skipCheck">Whether to skip the request that checks the secret.</param>
    public static PSObject Connect(
        this ModuleSession session,
        Sandbox sandbox,
        string service,
        string name,
        string? account = null,
        SecureString? secret = null,
        bool skipCheck = false)
    {
        PSObject access = sandbox.Service(service);
        return session.Single(
            "param($Service, $Account, $Secret, $BaseUri, $Name, $SkipCheck) Connect-ApiTokenService $Service $Account "
                + "-Token $Secret -BaseUri $BaseUri -Name $Name -SkipCheck:$SkipCheck",
            service,
            account ?? access.Text("Account"),
            secret ?? access.Get("Secret"),
            access.Get("BaseUri"),
            name,
            skipCheck);
    }

    /// <summary>Removes a connection.</summary>
    public static void Disconnect(this ModuleSession session, string name) =>
        session.Run("param($Name) Disconnect-ApiTokenService $Name", name).ShouldSucceed();
}
