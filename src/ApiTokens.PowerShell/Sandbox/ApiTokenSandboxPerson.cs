using System.Collections;
using System.Management.Automation;
using System.Security;

namespace ApiTokens.PowerShell.Sandbox;

/// <summary>A person who can sign in to a service of a sandbox.</summary>
public sealed class ApiTokenSandboxPerson
{
    private readonly Uri _baseUri;

    internal ApiTokenSandboxPerson(string service, Uri baseUri, SandboxReadyPerson ready)
    {
        _baseUri = baseUri;
        Service = service;
        Name = ready.Name;
        Role = ready.Role;
        User = ready.User;
        Account = ready.Account;
        Secret = ready.Secret is { } secret ? SecretText.ToSecureString(secret) : null;
        Credential = ready.Password is { } password ? new PSCredential(ready.User, SecretText.ToSecureString(password)) : null;
    }

    /// <summary>The default connection name of the service.</summary>
    public string Service { get; }

    /// <summary>The name of the person: administrator, engineer, user or clerk.</summary>
    public string Name { get; }

    /// <summary>What the person may do, in the terms of the service.</summary>
    public string Role { get; }

    /// <summary>The user of the service who the person is.</summary>
    public string User { get; }

    /// <summary>The account of the person.</summary>
    public string Account { get; }

    /// <summary>The secret of the person; null if the person signs in with <see cref="Credential"/>.</summary>
    public SecureString? Secret { get; }

    /// <summary>The login of the person, if the service supports logins.</summary>
    public PSCredential? Credential { get; }

    /// <summary>
    /// The values for <c>Connect-ApiTokenService -ConnectionInfo</c>. The connection has the name of the service and the person, such as
    /// <c>gcore-engineer</c>.
    /// </summary>
    public Hashtable ConnectionInfo
    {
        get
        {
            var info = new Hashtable
            {
                ["Service"] = Service,
                ["Account"] = Account,
                ["BaseUri"] = _baseUri,
                ["Name"] = $"{Service}-{Name}",
            };
            if (Secret is { } secret)
            {
                info["Token"] = secret;
            }
            else
            {
                info["UserName"] = Credential!.UserName;
                info["Password"] = Credential.Password;
            }

            return info;
        }
    }
}
