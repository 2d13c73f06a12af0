using System.Runtime.Serialization;
using System.Runtime.Serialization.Json;
using System.Text;

namespace ApiTokens.PowerShell.Sandbox;

/// <summary>The line of JSON that a sandbox writes when it is ready.</summary>
[DataContract]
internal sealed class SandboxReady
{
    // This assembly uses none of the module's packages, because it shares its load context with other modules.
    private static readonly DataContractJsonSerializer Serializer =
        new(typeof(SandboxReady), new DataContractJsonSerializerSettings { UseSimpleDictionaryFormat = true });

    [DataMember(Name = "services")]
    public Dictionary<string, SandboxReadyService> Services { get; private set; } = [];

    [DataMember(Name = "controlToken")]
    public string ControlToken { get; private set; } = string.Empty;

    /// <summary>Parses the line; returns null if it is not valid.</summary>
    public static SandboxReady? Parse(string line)
    {
        try
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(line));
            return Serializer.ReadObject(stream) as SandboxReady;
        }
        catch (SerializationException)
        {
            return null;
        }
    }
}

/// <summary>A service of the sandbox, with the secret of an administrator.</summary>
[DataContract]
internal sealed class SandboxReadyService
{
    [DataMember(Name = "baseUri")]
    public Uri BaseUri { get; private set; } = null!;

    [DataMember(Name = "account")]
    public string Account { get; private set; } = string.Empty;

    [DataMember(Name = "secret")]
    public string Secret { get; private set; } = string.Empty;

    [DataMember(Name = "username")]
    public string? UserName { get; private set; }

    [DataMember(Name = "password")]
    public string? Password { get; private set; }

    [DataMember(Name = "people")]
    public SandboxReadyPerson[]? People { get; private set; }

    [DataMember(Name = "applications")]
    public string[]? Applications { get; private set; }

    [DataMember(Name = "instances")]
    public string[]? Instances { get; private set; }
}

/// <summary>A person who can sign in to a service of the sandbox.</summary>
[DataContract]
internal sealed class SandboxReadyPerson
{
    [DataMember(Name = "name")]
    public string Name { get; private set; } = string.Empty;

    [DataMember(Name = "role")]
    public string Role { get; private set; } = string.Empty;

    [DataMember(Name = "account")]
    public string Account { get; private set; } = string.Empty;

    [DataMember(Name = "user")]
    public string User { get; private set; } = string.Empty;

    [DataMember(Name = "secret")]
    public string? Secret { get; private set; }

    [DataMember(Name = "password")]
    public string? Password { get; private set; }
}
