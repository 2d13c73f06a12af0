using System.Text.Json.Serialization;

namespace ApiTokens.PowerShell.Sandbox;

/// <summary>The line with which a sandbox says that it is ready.</summary>
internal sealed class SandboxReady
{
    [JsonPropertyName("services")]
    public Dictionary<string, SandboxReadyService> Services { get; set; } = [];
}

/// <summary>One of its services, with an administrator's secret.</summary>
internal sealed class SandboxReadyService
{
    [JsonPropertyName("baseUri")]
    public Uri BaseUri { get; set; } = null!;

    [JsonPropertyName("account")]
    public string Account { get; set; } = string.Empty;

    [JsonPropertyName("secret")]
    public string Secret { get; set; } = string.Empty;

    [JsonPropertyName("username")]
    public string? UserName { get; set; }

    [JsonPropertyName("password")]
    public string? Password { get; set; }

    [JsonPropertyName("applications")]
    public string[] Applications { get; set; } = [];

    [JsonPropertyName("instances")]
    public string[] Instances { get; set; } = [];
}

[JsonSerializable(typeof(SandboxReady))]
internal sealed partial class SandboxJson : JsonSerializerContext;
