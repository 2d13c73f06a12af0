using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using System.Security;

namespace ApiTokens.PowerShell.Sandbox;

/// <summary>A sandbox that this runspace started.</summary>
public sealed class ApiTokenSandbox
{
    private static readonly ConditionalWeakTable<Runspace, List<ApiTokenSandbox>> ByRunspace = new();

    private readonly SandboxProcess _process;

    internal ApiTokenSandbox(SandboxProcess process, SandboxReady ready)
    {
        _process = process;
        ProcessId = process.Id;
        Services = [.. ready.Services.Select(service => new ApiTokenSandboxService(service.Key, service.Value))];
        ControlToken = SecretText.ToSecureString(ready.ControlToken);
        BaseUri = new Uri(Services[0].BaseUri.GetLeftPart(UriPartial.Authority));
    }

    /// <summary>The address of the sandbox.</summary>
    public Uri BaseUri { get; }

    /// <summary>The bearer token for the paths below /sandbox, which return the requests and inject faults.</summary>
    public SecureString ControlToken { get; }

    /// <summary>The id of the process.</summary>
    public int ProcessId { get; }

    /// <summary>Whether the sandbox is running.</summary>
    public bool IsRunning => _process.IsRunning;

    /// <summary>The services, with the credentials of an administrator.</summary>
    public ApiTokenSandboxService[] Services { get; }

    /// <summary>The sandboxes of the current runspace.</summary>
    internal static List<ApiTokenSandbox> Current => ByRunspace.GetOrCreateValue(Runspace.DefaultRunspace);

    internal void Stop() => _process.Dispose();
}

/// <summary>One service of a sandbox.</summary>
public sealed class ApiTokenSandboxService
{
    internal ApiTokenSandboxService(string name, SandboxReadyService ready)
    {
        Service = name;
        BaseUri = ready.BaseUri;
        Account = ready.Account;
        Secret = SecretText.ToSecureString(ready.Secret);
        Credential = ready is { UserName: { } user, Password: { } password }
            ? new PSCredential(user, SecretText.ToSecureString(password)) : null;
        People = [.. (ready.People ?? []).Select(person => new ApiTokenSandboxPerson(name, ready.BaseUri, person))];
        OtherAccounts =
            [.. (ready.Applications ?? []).Select(id => $"application/{id}"), .. (ready.Instances ?? []).Select(id => $"instance/{id}")];
    }

    /// <summary>The default connection name of the service.</summary>
    public string Service { get; }

    /// <summary>The address of the service.</summary>
    public Uri BaseUri { get; }

    /// <summary>The account.</summary>
    public string Account { get; }

    /// <summary>Other accounts of the service (WEGnology: an application and an instance).</summary>
    public string[] OtherAccounts { get; }

    /// <summary>The secret of an administrator's token.</summary>
    public SecureString Secret { get; }

    /// <summary>The login of an administrator, if the service supports logins.</summary>
    public PSCredential? Credential { get; }

    /// <summary>The people who can sign in to the service.</summary>
    public ApiTokenSandboxPerson[] People { get; }
}
