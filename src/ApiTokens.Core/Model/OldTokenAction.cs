namespace ApiTokens;

/// <summary>The action on the old token after a reset has issued the new token.</summary>
public enum OldTokenAction
{
    /// <summary>Removes the old token permanently.</summary>
    Remove,

    /// <summary>Disables the old token, if the service supports it. It can be enabled again.</summary>
    Disable,

    /// <summary>Keeps the old token unchanged.</summary>
    Keep,
}
