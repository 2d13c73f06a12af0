namespace ApiTokens;

/// <summary>What becomes of a token whose successor has taken over.</summary>
public enum OldTokenAction
{
    /// <summary>It is removed for good.</summary>
    Remove,

    /// <summary>It is disabled, where the service can: it can be enabled again.</summary>
    Disable,

    /// <summary>It stays as it is.</summary>
    Keep,
}
