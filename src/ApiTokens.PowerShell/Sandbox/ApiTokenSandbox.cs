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
        BaseUri = new Uri(Services[0].BaseUri.GetLeftPart(UriPartial.Authority));
    }

    /// <summary>Its address.</summary>
    public Uri BaseUri { get; }

    /// <summary>Its process.</summary>
    public int ProcessId { get; }

    /// <summary>Whether it is running.</summary>
    public bool IsRunning => _process.IsRunning;

    /// <summary>Its services, with what an administrator connects with.</summary>
    public ApiTokenSandboxService[] Services { get; }

    /// <summary>Those of the runspace whose thread this is.</summary>
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
        Credential = ready is { UserName: { } user, Password: { } password } ? new PSCredential(user, SecretText.ToSecureString(password)) : null;
        OtherAccounts = [.. (ready.Applications ?? []).Select(id => $"application/{id}"), .. (ready.Instances ?? []).Select(id => $"instance/{id}")];
    }

    /// <summary>The service, by its connections' usual name.</summary>
    public string Service { get; }

    /// <summary>Its address.</summary>
    public Uri BaseUri { get; }

    /// <summary>The account.</summary>
    public string Account { get; }

    /// <summary>Other accounts that it has (WEGnology: an application and an instance).</summary>
    public string[] OtherAccounts { get; }

    /// <summary>The secret of an administrator's token.</summary>
    public SecureString Secret { get; }

    /// <summary>An administrator's login, where the service has one.</summary>
    public PSCredential? Credential { get; }
}
