namespace ApiTokens;

/// <summary>The action that a suggested command performs.</summary>
public enum SuggestedAction
{
    /// <summary>Connect to a service.</summary>
    Connect,

    /// <summary>List tokens.</summary>
    List,

    /// <summary>List the permissions that a service offers.</summary>
    ListPermissions,

    /// <summary>Issue a token.</summary>
    Create,

    /// <summary>Enable a token.</summary>
    Enable,

    /// <summary>Disable a token.</summary>
    Disable,

    /// <summary>Remove a token.</summary>
    Remove,

    /// <summary>Reset a token.</summary>
    Reset,
}

/// <summary>A command in an advice. A front end formats it so that it can be run as is.</summary>
/// <param name="Action">The action.</param>
/// <param name="Id">The id of the token, if the command is about one.</param>
/// <param name="Connection">The name of the connection, if the command is about one.</param>
public sealed record SuggestedCommand(SuggestedAction Action, string? Id = null, string? Connection = null)
{
    /// <summary>Connects to a service.</summary>
    public static SuggestedCommand Connect { get; } = new(SuggestedAction.Connect);

    /// <summary>Lists tokens.</summary>
    public static SuggestedCommand List { get; } = new(SuggestedAction.List);

    /// <summary>Lists permissions.</summary>
    public static SuggestedCommand ListPermissions { get; } = new(SuggestedAction.ListPermissions);

    /// <summary>Removes a token.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The command.</returns>
    public static SuggestedCommand Remove(ApiToken token) => new(SuggestedAction.Remove, token.Id, token.Connection);

    /// <summary>Describes the command.</summary>
    /// <returns>For example <c>list the tokens</c>, or <c>remove the token '42' on the connection 'devo'</c>.</returns>
    public override string ToString() => Action switch
    {
        SuggestedAction.Connect => "connect again",
        SuggestedAction.List => "list the tokens",
        SuggestedAction.ListPermissions => "list the permissions",
        _ when Id is null => $"{Action.ToString().ToLowerInvariant()} a token",
        _ => $"{Action.ToString().ToLowerInvariant()} the token '{Id}' on the connection '{Connection}'",
    };
}
