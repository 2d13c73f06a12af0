using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.Sandbox;

/// <summary>The addresses and credentials of a sandbox's services. It is written as one line of JSON when the sandbox is ready.</summary>
public sealed class SandboxDescription
{
    /// <summary>The services by name: devo, wegnology, gcore, application-users.</summary>
    public required IReadOnlyDictionary<string, ServiceDescription> Services { get; init; }

    /// <summary>The token of this run for the paths below <c>/sandbox</c>, as a bearer token.</summary>
    public required string ControlToken { get; init; }

    /// <summary>The PEM file with the certificate of this run, without its private key; null without HTTPS.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Returns the description as one line of JSON. It contains the administrators' secrets.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DescriptionJson.Default.SandboxDescription);
}

/// <summary>One service of a sandbox, and its administrator's credentials.</summary>
public sealed class ServiceDescription
{
    /// <summary>The base address of the service.</summary>
    public required Uri BaseUri { get; init; }

    /// <summary>The account: a Devo domain, a Gcore client id, an Application Users site; <c>user</c> for WEGnology.</summary>
    public required string Account { get; init; }

    /// <summary>The secret of the administrator's token.</summary>
    public required string Secret { get; init; }

    /// <summary>The administrator's user name, if the service supports logins.</summary>
    public string? Username { get; init; }

    /// <summary>The administrator's password, if the service supports logins.</summary>
    public string? Password { get; init; }

    /// <summary>The people who can sign in to the service, the administrator included.</summary>
    public IReadOnlyList<PersonDescription> People { get; init; } = [];

    /// <summary>The ids of the applications, for WEGnology.</summary>
    public IReadOnlyList<string>? Applications { get; init; }

    /// <summary>The ids of the instances, for WEGnology.</summary>
    public IReadOnlyList<string>? Instances { get; init; }
}

/// <summary>
/// A person who can sign in to a service of a sandbox, so that its rules about who sees what can be rehearsed: with a secret, or with
/// a user name and a password.
/// </summary>
public sealed class PersonDescription
{
    /// <summary>The name of the person: administrator, engineer, user or clerk.</summary>
    public required string Name { get; init; }

    /// <summary>What the person may do, in the terms of the service.</summary>
    public required string Role { get; init; }

    /// <summary>The account of the person. Each user of WEGnology has an account of their own.</summary>
    public required string Account { get; init; }

    /// <summary>The user of the service who the person is, such as an email address.</summary>
    public required string User { get; init; }

    /// <summary>The secret of the person; null if the person signs in with a password.</summary>
    public string? Secret { get; init; }

    /// <summary>The password of the person, whose user name is <see cref="User"/>; null if the person has a secret only.</summary>
    public string? Password { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SandboxDescription))]
internal sealed partial class DescriptionJson : JsonSerializerContext;
