namespace ApiTokens;

/// <summary>One entry of the catalogue of permissions that a service offers.</summary>
public sealed class TokenPermission
{
    /// <summary>The connection that was asked.</summary>
    public string Connection { get; init; } = string.Empty;

    /// <summary>The service.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>What it is: <c>Scope</c>, <c>Preset</c>, <c>Audience</c>, <c>Role</c> or <c>Api</c>; also the field of a request that takes it.</summary>
    public string Kind { get; init; } = string.Empty;

    /// <summary>The value to give to that parameter.</summary>
    public string Value { get; init; } = string.Empty;

    /// <summary>What it allows.</summary>
    public string? Description { get; init; }
}
