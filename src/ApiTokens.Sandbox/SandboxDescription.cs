using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.Sandbox;

/// <summary>Where a sandbox's services are and how to log in to them. Printed as one line of JSON when the sandbox is ready.</summary>
public sealed class SandboxDescription
{
    /// <summary>The services by name: devo, wegnology, gcore, application-users.</summary>
    public required IReadOnlyDictionary<string, ServiceDescription> Services { get; init; }

    /// <summary>The description as one line of JSON. It holds the administrators' secrets.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DescriptionJson.Default.SandboxDescription);
}

/// <summary>One service of a sandbox, and its administrator's credentials.</summary>
public sealed class ServiceDescription
{
    /// <summary>The address below which the paths of the service begin.</summary>
    public required Uri BaseUri { get; init; }

    /// <summary>The account: a Devo domain, a Gcore client id, an Application Users site; <c>user</c> for WEGnology.</summary>
    public required string Account { get; init; }

    /// <summary>The secret of the administrator's token.</summary>
    public required string Secret { get; init; }

    /// <summary>The administrator's user name, where the service has a log-in.</summary>
    public string? Username { get; init; }

    /// <summary>The administrator's password, where the service has a log-in.</summary>
    public string? Password { get; init; }

    /// <summary>The ids of the applications, for WEGnology.</summary>
    public IReadOnlyList<string>? Applications { get; init; }

    /// <summary>The ids of the instances, for WEGnology.</summary>
    public IReadOnlyList<string>? Instances { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SandboxDescription))]
internal sealed partial class DescriptionJson : JsonSerializerContext;
