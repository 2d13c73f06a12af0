namespace ApiTokens;

/// <summary>A user whom tokens can act for.</summary>
public sealed class TokenUser
{
    /// <summary>The name of the connection.</summary>
    public string Connection { get; init; } = string.Empty;

    /// <summary>The service.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>The account.</summary>
    public string Account { get; init; } = string.Empty;

    /// <summary>The id of the user, which a request for a new token names.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>The display name.</summary>
    public string? Name { get; init; }

    /// <summary>The email address, if the service knows it.</summary>
    public string? Email { get; init; }

    /// <summary>Whether the user is active. The tokens of an inactive user work until they expire or are removed.</summary>
    public bool? IsActive { get; init; }

    /// <summary>Whether the user may manage the tokens of all users; null if the service does not tell.</summary>
    public bool? CanManageTokens { get; init; }

    /// <summary>Returns the id.</summary>
    /// <returns>The id.</returns>
    public override string ToString() => ForeignText.InMessage(Id);
}
