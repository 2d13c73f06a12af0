namespace ApiTokens.Services;

/// <summary>The expiry that a request for a new token may have.</summary>
public enum ExpiryChoice
{
    /// <summary>The service sets the expiry; the request has no such field (Devo).</summary>
    None,

    /// <summary>Any future time, or never.</summary>
    AnyOrNever,

    /// <summary>3, 6 or 12 calendar months.</summary>
    Months,
}

/// <summary>
/// The operations and fields that a service supports. An operation that it does not support fails before any request, with the
/// recommended action that is declared here.
/// </summary>
public sealed record ServiceCapabilities
{
    /// <summary>The name of the service, for messages.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>Whether tokens can be enabled and disabled.</summary>
    public bool SetEnabled { get; init; }

    /// <summary>Whether tokens can be renamed.</summary>
    public bool Rename { get; init; }

    /// <summary>The required fields of a request for a new token.</summary>
    public NewTokenFields RequiredFields { get; init; } = NewTokenFields.Name;

    /// <summary>The optional fields of a request for a new token, except for the expiry; see <see cref="Expiry"/>.</summary>
    public NewTokenFields OptionalFields { get; init; }

    /// <summary>All fields of a request for a new token. Any other field is rejected before a request is sent.</summary>
    public NewTokenFields Fields =>
        RequiredFields | OptionalFields | (Expiry == ExpiryChoice.None ? NewTokenFields.None : NewTokenFields.Expiry);

    /// <summary>Whether a new token can have a description.</summary>
    public bool Description => Fields.HasFlag(NewTokenFields.Description);

    /// <summary>Whether the description of an existing token can be changed.</summary>
    public bool UpdateDescription { get; init; }

    /// <summary>Whether the permissions of an existing token can be changed.</summary>
    public bool UpdateAccess { get; init; }

    /// <summary>Whether the lifetime of an existing token can be changed.</summary>
    public bool UpdateExpiry { get; init; }

    /// <summary>Whether the secret of a token can be replaced.</summary>
    public bool Regenerate { get; init; }

    /// <summary>Whether the secret of an existing token can be read.</summary>
    public bool ReadSecret { get; init; }

    /// <summary>Whether all tokens of a user can be removed in one request.</summary>
    public bool RemoveAll { get; init; }

    /// <summary>Whether the users of the account can be listed.</summary>
    public bool ListUsers { get; init; }

    /// <summary>Whether the service reports when a token was last used.</summary>
    public bool LastUsed { get; init; }

    /// <summary>The documented maximum number of tokens per account; null if the service documents none.</summary>
    public int? TokenLimit { get; init; }

    /// <summary>The expiry that a request for a new token may have.</summary>
    public ExpiryChoice Expiry { get; init; }

    /// <summary>The recommended action if <see cref="SetEnabled"/> is not supported.</summary>
    public Advice SetEnabledAdvice { get; init; } = "Remove the token, or reset it.";

    /// <summary>The recommended action if <see cref="Rename"/> is not supported.</summary>
    public Advice RenameAdvice { get; init; } = "Issue a token with the new name and remove this one.";

    /// <summary>The recommended action if <see cref="Description"/> or <see cref="UpdateDescription"/> is not supported.</summary>
    public Advice DescriptionAdvice { get; init; } = $"Omit {Field.Description}. The service stores only the name.";

    /// <summary>The recommended action if <see cref="UpdateAccess"/> is not supported.</summary>
    public Advice UpdateAccessAdvice { get; init; } = "Issue a token with the new permissions and remove this one.";

    /// <summary>The recommended action if <see cref="UpdateExpiry"/> is not supported.</summary>
    public Advice UpdateExpiryAdvice { get; init; } = "Reset the token. The new token gets another expiry.";

    /// <summary>The recommended action if <see cref="Regenerate"/> is not supported.</summary>
    public Advice RegenerateAdvice { get; init; } =
        $"Reset the token without {Field.InPlace}. This issues a new token and then removes the old one.";

    /// <summary>The recommended action if <see cref="ReadSecret"/> is not supported.</summary>
    public Advice ReadSecretAdvice { get; init; } =
        "The service shows a secret only once, when it is issued. If it is lost, reset the token.";

    /// <summary>The recommended action if <see cref="LastUsed"/> is not supported.</summary>
    public Advice LastUsedAdvice { get; init; } = $"Omit {Field.UnusedFor} for this service.";

    /// <summary>The recommended action for a permission field that the service does not support.</summary>
    public Advice PermissionsAdvice { get; init; } = "Omit it.";

    /// <summary>Whether a token acts for the user who issued it, so that another user who resets it becomes its owner.</summary>
    public bool OwnedByIssuer { get; init; }

    /// <summary>The recommended action if <see cref="NewTokenFields.User"/> is not supported.</summary>
    public Advice UserAdvice { get; init; } = "Omit it. Tokens of this service act for the account.";

    /// <summary>Throws if the service cannot enable or disable tokens.</summary>
    /// <param name="enabled">True for enabling, false for disabling.</param>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>.</exception>
    public void RequireSetEnabled(bool enabled) => Require(SetEnabled, $"{(enabled ? "enable" : "disable")} a token", SetEnabledAdvice);

    /// <summary>Throws if the service cannot disable a token until it is removed.</summary>
    internal void RequireQuarantine() => Require(
        SetEnabled, "disable a token until it is removed", $"Remove the token later, and let it work until then: use {Field.After}.");

    /// <summary>Throws if the service cannot rename tokens.</summary>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>.</exception>
    public void RequireRename() => Require(Rename, "rename a token", RenameAdvice);

    /// <summary>Throws if the service does not support a change.</summary>
    /// <param name="changes">The changes.</param>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>.</exception>
    public void RequireUpdate(TokenChanges changes)
    {
        Require(changes.Description is null || UpdateDescription, "change a token's description", DescriptionAdvice);
        bool access = changes.Access is not null || changes.ApplyToAll is not null;
        Require(!access || UpdateAccess, "change a token's permissions", UpdateAccessAdvice);
        Require(changes.ExpirationMonths is null || UpdateExpiry, "change a token's expiry", UpdateExpiryAdvice);
        if (changes.ExpirationMonths is { } months)
        {
            NewTokenValidator.ValidateExpiry(TokenExpiry.AfterMonths(months), this, DateTimeOffset.MinValue);
        }
    }

    /// <summary>Throws if the service cannot replace the secret of a token.</summary>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>.</exception>
    public void RequireRegenerate() => Require(Regenerate, "replace the secret of a token in place", RegenerateAdvice);

    /// <summary>Throws if the service cannot show the secret of an existing token.</summary>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>.</exception>
    public void RequireReadSecret() => Require(ReadSecret, "show the secret of an existing token", ReadSecretAdvice);

    /// <summary>Throws if the service does not report when a token was last used.</summary>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>.</exception>
    public void RequireLastUsed() => Require(LastUsed, "report when a token was last used", LastUsedAdvice);

    /// <summary>Throws if a request for a new token cannot have a field.</summary>
    internal void RequireField(NewTokenFields field)
    {
        if (Fields.HasFlag(field))
        {
            return;
        }

        switch (field)
        {
            case NewTokenFields.Description:
                Require(false, "store a description", DescriptionAdvice);
                break;
            case NewTokenFields.Expiry:
                RequireExpiry();
                break;
            default:
                throw ApiTokenException.InvalidParameter(
                    field.ToString(), $"{Service} does not support this field.", field == NewTokenFields.User
                        ? UserAdvice : PermissionsAdvice);
        }
    }

    internal void RequireRemoveAll() =>
        Require(RemoveAll, "remove all tokens of a user in one request", "List the user's tokens and remove each.");

    internal void RequireListUsers() => Require(
        ListUsers, "list the users", $"To see whom existing tokens act for, list the tokens and their {nameof(ApiToken.Owner)}.");

    internal void RequireExpiry() => Require(
        Expiry != ExpiryChoice.None, "set the expiry of a new token", "Omit the expiry. The service applies its own setting.");

    private void Require(bool supported, string operation, Advice advice)
    {
        if (!supported)
        {
            throw ApiTokenException.NotSupported(Service, operation, advice);
        }
    }
}
