namespace ApiTokens.Services;

/// <summary>What a new token's end can be.</summary>
public enum ExpiryChoice
{
    /// <summary>The request has no place for it (Devo).</summary>
    None,

    /// <summary>Any future moment, or never.</summary>
    AnyOrNever,

    /// <summary>3, 6 or 12 calendar months.</summary>
    Months,
}

/// <summary>What a service can do. What it cannot fails before any request, with the advice given here.</summary>
public sealed record ServiceCapabilities
{
    /// <summary>Enable and disable.</summary>
    public bool SetEnabled { get; init; }

    /// <summary>Change the name.</summary>
    public bool Rename { get; init; }

    /// <summary>A description when a token is issued.</summary>
    public bool Description { get; init; }

    /// <summary>Change the description later.</summary>
    public bool UpdateDescription { get; init; }

    /// <summary>Change the permissions of a token.</summary>
    public bool UpdateAccess { get; init; }

    /// <summary>A new secret for the same token.</summary>
    public bool Regenerate { get; init; }

    /// <summary>Read the secret of an existing token.</summary>
    public bool ReadSecret { get; init; }

    /// <summary>Revoke all tokens of a user in one request.</summary>
    public bool RemoveAll { get; init; }

    /// <summary>Tell when a token was last used.</summary>
    public bool LastUsed { get; init; }

    /// <summary>What the end of a new token can be.</summary>
    public ExpiryChoice Expiry { get; init; }

    /// <summary>What to do where <see cref="SetEnabled"/> is missing.</summary>
    public string SetEnabledAdvice { get; init; } = "Remove the token, or reset it.";

    /// <summary>What to do where <see cref="Rename"/> is missing.</summary>
    public string RenameAdvice { get; init; } = "Issue a token with the new name and remove this one.";

    /// <summary>What to do where <see cref="Description"/> or <see cref="UpdateDescription"/> is missing.</summary>
    public string DescriptionAdvice { get; init; } = "Leave -Description out; the name is all that the service keeps.";

    /// <summary>What to do where <see cref="UpdateAccess"/> is missing.</summary>
    public string UpdateAccessAdvice { get; init; } = "Issue a token with the permissions wanted and remove this one.";

    /// <summary>What to do where <see cref="Regenerate"/> is missing.</summary>
    public string RegenerateAdvice { get; init; } = "Use Reset-ApiToken without -InPlace: it issues a successor and then removes this token.";

    /// <summary>What to do where <see cref="ReadSecret"/> is missing.</summary>
    public string ReadSecretAdvice { get; init; } = "The service shows a secret once, when it is issued. If it is lost, use Reset-ApiToken.";

    /// <summary>What to do where <see cref="LastUsed"/> is missing.</summary>
    public string LastUsedAdvice { get; init; } = "The service does not tell when a token was last used: leave -UnusedFor out for it.";
}
