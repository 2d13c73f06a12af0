namespace ApiTokens.Reports;

/// <summary>A token as a report shows it. It has no place for a secret, so none can enter a report.</summary>
public sealed record ReportToken
{
    /// <summary>The service that issued it.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>The account in that service.</summary>
    public string Account { get; init; } = string.Empty;

    /// <summary>The connection that it was read through.</summary>
    public string Connection { get; init; } = string.Empty;

    /// <summary>The service's identifier of the token.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>The display name.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>A longer description, where there is one.</summary>
    public string? Description { get; init; }

    /// <summary>Whether it could be used when it was read; null where that is not known.</summary>
    public TokenStatus? Status { get; init; }

    /// <summary>Whom it acts for.</summary>
    public string? Owner { get; init; }

    /// <summary>Who created it.</summary>
    public string? Issuer { get; init; }

    /// <summary>What it may do, in one line.</summary>
    public string Permissions { get; init; } = string.Empty;

    /// <summary>When it was issued (UTC).</summary>
    public DateTimeOffset? CreatedAt { get; init => field = value?.ToUniversalTime(); }

    /// <summary>When it expires or expired (UTC); null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init => field = value?.ToUniversalTime(); }

    /// <summary>When it was last used (UTC); null when never, or when the service does not know.</summary>
    public DateTimeOffset? LastUsedAt { get; init => field = value?.ToUniversalTime(); }

    internal TokenKey Key => new(Service, Account, Id);
}

/// <summary>What makes a token the same one. Accounts and services are the same in any case; ids are not.</summary>
internal readonly record struct TokenKey
{
    public TokenKey(string service, string account, string id)
    {
        Service = service.ToUpperInvariant();
        Account = account.ToUpperInvariant();
        Id = id;
    }

    public string Service { get; }

    public string Account { get; }

    public string Id { get; }
}
