namespace ApiTokens;

/// <summary>A permission that a service offers.</summary>
public sealed class TokenPermission
{
    /// <summary>The name of the connection.</summary>
    public string Connection { get; init; } = string.Empty;

    /// <summary>The service.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>The kind: <c>Scope</c>, <c>Preset</c>, <c>Audience</c>, <c>Role</c> or <c>Api</c>.</summary>
    public string Kind { get; init; } = string.Empty;

    /// <summary>The value to specify in a request for a new token.</summary>
    public string Value { get; init; } = string.Empty;

    /// <summary>A description of the permission.</summary>
    public string? Description { get; init; }
}
