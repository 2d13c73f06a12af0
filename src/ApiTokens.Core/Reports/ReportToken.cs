using System.Text.Json.Serialization;

namespace ApiTokens.Reports;

/// <summary>A token of a report. It has no property for a secret, so a report cannot contain one.</summary>
public sealed record ReportToken
{
    /// <summary>The service that issued the token.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>The account in that service.</summary>
    public string Account { get; init; } = string.Empty;

    /// <summary>The address of the service; null if it is not known.</summary>
    public Uri? BaseUri { get; init; }

    /// <summary>The connection that read the token.</summary>
    public string Connection { get; init; } = string.Empty;

    /// <summary>The id that the service assigned to the token.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>The display name.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The description, if any.</summary>
    public string? Description { get; init; }

    /// <summary>The status at the time when the token was read; null if unknown.</summary>
    public TokenStatus? Status { get; init; }

    /// <summary>The user or account that the token acts for.</summary>
    public string? Owner { get; init; }

    /// <summary>The user who created the token.</summary>
    public string? Issuer { get; init; }

    /// <summary>The permissions, in one line.</summary>
    public string Permissions { get; init; } = string.Empty;

    /// <summary>The time when the token was issued (UTC).</summary>
    public DateTimeOffset? CreatedAt { get; init => field = value?.ToUniversalTime(); }

    /// <summary>The time when the token expires or expired (UTC); null if it never expires.</summary>
    public DateTimeOffset? ExpiresAt { get; init => field = value?.ToUniversalTime(); }

    /// <summary>The time when the token was last used (UTC); null if it was never used or the service does not report it.</summary>
    public DateTimeOffset? LastUsedAt { get; init => field = value?.ToUniversalTime(); }

    /// <summary>The account of the token.</summary>
    [JsonIgnore]
    public AccountIdentity AccountIdentity => Identity.Account;

    internal TokenIdentity Identity => TokenIdentity.Of(Service, Account, BaseUri, Id);
}
