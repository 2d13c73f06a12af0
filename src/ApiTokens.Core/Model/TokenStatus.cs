namespace ApiTokens;

/// <summary>Whether a token can be used. Each service's folder derives it by one rule of its own.</summary>
public enum TokenStatus
{
    /// <summary>The service accepts the secret.</summary>
    Active,

    /// <summary>Disabled, and can be enabled again.</summary>
    Inactive,

    /// <summary>Its time is over; the record may still be there.</summary>
    Expired,

    /// <summary>Revoked or deleted for good, while the service still lists the record.</summary>
    Revoked,
}
