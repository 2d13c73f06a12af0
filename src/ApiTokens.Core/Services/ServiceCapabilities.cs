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
    /// <summary>The service's name, for messages.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>Enable and disable.</summary>
    public bool SetEnabled { get; init; }

    /// <summary>Change the name.</summary>
    public bool Rename { get; init; }

    /// <summary>The fields that a request for a new token must have.</summary>
    public NewTokenFields RequiredFields { get; init; } = NewTokenFields.Name;

    /// <summary>The further fields that it may have, beside the expiry, which <see cref="Expiry"/> tells.</summary>
    public NewTokenFields OptionalFields { get; init; }

    /// <summary>All fields that a request for a new token may have; any other is refused before a request is sent.</summary>
    public NewTokenFields Fields =>
        RequiredFields | OptionalFields | (Expiry == ExpiryChoice.None ? NewTokenFields.None : NewTokenFields.Expiry);

    /// <summary>A description when a token is issued.</summary>
    public bool Description => Fields.HasFlag(NewTokenFields.Description);

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

    /// <summary>The most tokens that an account may have, as the service documents it; null where it says nothing.</summary>
    public int? TokenLimit { get; init; }

    /// <summary>What the end of a new token can be.</summary>
    public ExpiryChoice Expiry { get; init; }

    /// <summary>What to do where <see cref="SetEnabled"/> is missing.</summary>
    public Advice SetEnabledAdvice { get; init; } = "Remove the token, or reset it.";

    /// <summary>What to do where <see cref="Rename"/> is missing.</summary>
    public Advice RenameAdvice { get; init; } = "Issue a token with the new name and remove this one.";

    /// <summary>What to do where <see cref="Description"/> or <see cref="UpdateDescription"/> is missing.</summary>
    public Advice DescriptionAdvice { get; init; } = $"Leave {Field.Description} out. The service keeps only the name.";

    /// <summary>What to do where <see cref="UpdateAccess"/> is missing.</summary>
    public Advice UpdateAccessAdvice { get; init; } = "Issue a token with the permissions wanted and remove this one.";

    /// <summary>What to do where <see cref="Regenerate"/> is missing.</summary>
    public Advice RegenerateAdvice { get; init; } = $"Reset the token without {Field.InPlace}: that issues a new token and then removes this one.";

    /// <summary>What to do where <see cref="ReadSecret"/> is missing.</summary>
    public Advice ReadSecretAdvice { get; init; } = "The service shows a secret once, when it is issued. If it is lost, reset the token.";

    /// <summary>What to do where <see cref="LastUsed"/> is missing.</summary>
    public Advice LastUsedAdvice { get; init; } = $"Leave {Field.UnusedFor} out for this service.";

    /// <summary>What to give in the place of a field for permissions that the service does not take.</summary>
    public Advice PermissionsAdvice { get; init; } = "Leave it out.";

    /// <summary>What to do where <see cref="NewTokenFields.User"/> is missing.</summary>
    public Advice UserAdvice { get; init; } = "Its tokens act for the account: leave it out.";

    /// <summary>Refuses to enable or disable where the service cannot.</summary>
    /// <param name="enabled">Which of the two.</param>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>.</exception>
    public void RequireSetEnabled(bool enabled) => Require(SetEnabled, $"{(enabled ? "enable" : "disable")} a token", SetEnabledAdvice);

    /// <summary>Refuses to rename where the service cannot.</summary>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>.</exception>
    public void RequireRename() => Require(Rename, "rename a token", RenameAdvice);

    /// <summary>Refuses a change that the service cannot make.</summary>
    /// <param name="changes">The change.</param>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>.</exception>
    public void RequireUpdate(TokenChanges changes)
    {
        Require(changes.Description is null || UpdateDescription, "change a token's description", DescriptionAdvice);
        bool access = changes.Access is not null || changes.ApplyToAll is not null;
        Require(!access || UpdateAccess, "change a token's permissions", UpdateAccessAdvice);
    }

    /// <summary>Refuses to regenerate in place where the service cannot.</summary>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>.</exception>
    public void RequireRegenerate() => Require(Regenerate, "give a token a new secret in place", RegenerateAdvice);

    /// <summary>Refuses to show a secret where the service cannot.</summary>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>.</exception>
    public void RequireReadSecret() => Require(ReadSecret, "show the secret of an existing token", ReadSecretAdvice);

    /// <summary>Refuses a filter by last use where the service does not know it.</summary>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>.</exception>
    public void RequireLastUsed() => Require(LastUsed, "tell when a token was last used", LastUsedAdvice);

    /// <summary>Refuses a field of a request for a new token that the service would drop.</summary>
    internal void RequireField(NewTokenFields field)
    {
        if (Fields.HasFlag(field))
        {
            return;
        }

        switch (field)
        {
            case NewTokenFields.Description:
                Require(false, "keep a description", DescriptionAdvice);
                break;
            case NewTokenFields.Expiry:
                RequireExpiry();
                break;
            default:
                throw ApiTokenException.InvalidParameter(
                    field.ToString(), $"{Service} tokens have none.", field == NewTokenFields.User ? UserAdvice : PermissionsAdvice);
        }
    }

    internal void RequireRemoveAll() => Require(RemoveAll, "remove all tokens of a user in one request", "List the user's tokens and remove each.");

    internal void RequireExpiry() => Require(
        Expiry != ExpiryChoice.None, "take an expiry for a new token", "Leave the expiry out: the service sets it by its own settings.");

    private void Require(bool can, string what, Advice advice)
    {
        if (!can)
        {
            throw ApiTokenException.NotSupported(Service, what, advice);
        }
    }
}
