namespace ApiTokens;

/// <summary>The status of a token. Each service derives it by its own rule.</summary>
public enum TokenStatus
{
    /// <summary>The token can be used.</summary>
    Active,

    /// <summary>The token is disabled and can be enabled again.</summary>
    Inactive,

    /// <summary>The token has expired; the service may still list it.</summary>
    Expired,

    /// <summary>The token is revoked or deleted permanently, but the service still lists it.</summary>
    Revoked,
}
