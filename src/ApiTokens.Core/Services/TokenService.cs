using System.Runtime.CompilerServices;
using System.Security;
using ApiTokens.Http;

namespace ApiTokens.Services;

/// <summary>
/// The base class of services. It rejects operations that the capabilities exclude before any request, applies the complete filter
/// to lists, and verifies that a response is about the requested token.
/// </summary>
/// <param name="context">The connection.</param>
internal abstract partial class TokenService(ServiceContext context) : ITokenService
{

    public virtual ServiceCapabilities Capabilities => Context.Definition.Capabilities;

    public abstract IReadOnlyList<TokenPermission> KnownPermissions { get; }

    protected ServiceContext Context { get; } = context;

    protected ConnectionIdentity Identity => Context.Identity;

    protected ServiceCredential Credential => Context.Credential;

    protected TimeProvider Time => Context.Time;

    public abstract Task<string?> CheckAsync(CancellationToken cancellationToken);

    public bool IsId(string text) => Context.Definition.CanonicalId(text) is not null;

    public virtual Task<IReadOnlyList<TokenPermission>> ListPermissionsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(KnownPermissions);

    public IAsyncEnumerable<TokenUser> ListUsersAsync(CancellationToken cancellationToken)
    {
        Capabilities.RequireListUsers();
        return ListUsersCoreAsync(cancellationToken);
    }

    public virtual string? UserFilterLimit => null;

    public virtual Task<bool?> IsIssuedByCallerAsync(ApiToken token, CancellationToken cancellationToken) => Task.FromResult<bool?>(null);

    public async IAsyncEnumerable<ApiToken> ListAsync(TokenFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (filter.UnusedSince is not null)
        {
            Capabilities.RequireLastUsed();
        }

        TokenFilter normalized = await NormalizeAsync(filter, cancellationToken).ConfigureAwait(false);
        await foreach (ApiToken token in ListCoreAsync(normalized, cancellationToken).ConfigureAwait(false))
        {
            if (normalized.IsMatch(token))
            {
                yield return token;
            }
        }
    }

    // Reading stops as soon as there are enough tokens, also within a list without pages.
    public virtual async Task<TokenPreview> ListFirstAsync(int maxCount, CancellationToken cancellationToken)
    {
        var tokens = new List<ApiToken>();
        await foreach (ApiToken token in ListCoreAsync(TokenFilter.Existing, cancellationToken).ConfigureAwait(false))
        {
            if (tokens.Count == maxCount)
            {
                return new TokenPreview(tokens, IsComplete: false);
            }

            tokens.Add(token);
        }

        return new TokenPreview(tokens, IsComplete: true);
    }

    public Task<ApiToken> GetAsync(string id, CancellationToken cancellationToken) =>
        SameAsync(id, GetCoreAsync(CheckId(id), cancellationToken), write: false);

    public Task<IssuedToken> GetWithSecretAsync(string id, CancellationToken cancellationToken)
    {
        Capabilities.RequireReadSecret();
        return SameAsync(id, GetWithSecretCoreAsync(CheckId(id), cancellationToken), write: false);
    }

    public void Validate(NewTokenRequest request)
    {
        NewTokenValidator.Validate(request, Capabilities, Time.GetUtcNow());
        ValidateNew(request);
    }

    public NewTokenRequest CreateSuccessorRequest(ApiToken token, TokenExpiry expiry)
    {
        if (token.UnsupportedPermissions is { } field)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidResult,
                $"The token {token} has '{field}', which ApiTokens cannot give to a new token. Without it, the new token would have "
                    + "other permissions.",
                $"Issue a new token with the {Identity.Service} web interface, then remove the old token.",
                ErrorIds.PermissionsUnknown);
        }

        NewTokenFields fields = Capabilities.Fields;
        return new NewTokenRequest
        {
            Name = token.Name,
            Description = fields.HasFlag(NewTokenFields.Description) ? token.Description : null,
            Expiry = expiry.IsServiceDefault ? ResolveExpiry(token) : expiry,
            Scope = fields.HasFlag(NewTokenFields.Scope) ? token.Scope : [],
            Audience = fields.HasFlag(NewTokenFields.Audience) ? token.Audience : [],
            Role = fields.HasFlag(NewTokenFields.Role) ? token.Role : null,
            Access = (fields.HasFlag(NewTokenFields.Access) ? token.Access : null) ?? new Dictionary<string, AccessLevel>(),
            User = fields.HasFlag(NewTokenFields.User) ? token.Owner : null,
            HasKnownPermissions = true,
        };
    }

    public Task<IssuedToken> CreateAsync(NewTokenRequest request, CancellationToken cancellationToken)
    {
        Validate(request);
        return CreateCoreAsync(request, cancellationToken);
    }

    public Task<ApiToken?> SetEnabledAsync(string id, bool enabled, CancellationToken cancellationToken)
    {
        Capabilities.RequireSetEnabled(enabled);
        return SameAsync(id, SetEnabledCoreAsync(CheckId(id), enabled, cancellationToken), write: true);
    }

    public Task<ApiToken?> RenameAsync(string id, string newName, CancellationToken cancellationToken)
    {
        Capabilities.RequireRename();
        NewTokenValidator.ValidateName(newName, "NewName");
        return SameAsync(id, RenameCoreAsync(CheckId(id), newName, cancellationToken), write: true);
    }

    public Task<ApiToken?> UpdateAsync(string id, TokenChanges changes, CancellationToken cancellationToken)
    {
        Capabilities.RequireUpdate(changes);
        return SameAsync(id, UpdateCoreAsync(CheckId(id), changes, cancellationToken), write: true);
    }

    public Task RemoveAsync(string id, CancellationToken cancellationToken) => RemoveCoreAsync(CheckId(id), cancellationToken);

    public Task<IReadOnlyList<string>> RemoveAllAsync(string user, CancellationToken cancellationToken)
    {
        Capabilities.RequireRemoveAll();
        return RemoveAllCoreAsync(user, cancellationToken);
    }

    public Task<IssuedToken> RegenerateAsync(string id, TokenExpiry expiry, CancellationToken cancellationToken)
    {
        Capabilities.RequireRegenerate();
        NewTokenValidator.ValidateExpiry(expiry, Capabilities, Time.GetUtcNow());
        return SameAsync(id, RegenerateCoreAsync(CheckId(id), expiry, cancellationToken), write: true);
    }

    public async Task<SecretCheck> CheckSecretAsync(SecureString secret, ApiToken? token, CancellationToken cancellationToken)
    {
        if (!SecretText.FitsHeader(secret))
        {
            return new SecretCheck(SecretState.Refused)
            {
                Error = new ApiTokenException(
                    ErrorKind.InvalidArgument,
                    $"The value is not a valid {Identity.Service} secret: it is empty or contains characters that are not "
                        + "allowed in a header.",
                    "Specify only the secret, exactly as it was issued.",
                    ErrorIds.InvalidSecret),
            };
        }

        try
        {
            return await CheckSecretCoreAsync(secret, token, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiTokenException e)
        {
            SecretState state = e.Kind switch
            {
                ErrorKind.AuthenticationError => SecretState.Refused,
                ErrorKind.PermissionDenied when ForbiddenProvesSecret && e.IsFromService => SecretState.Accepted,
                _ => SecretState.Unknown,
            };
            return new SecretCheck(state) { Error = state == SecretState.Accepted ? null : e };
        }
    }

    /// <summary>Validates the service's own rules for a new token. The capabilities have already been checked.</summary>
    protected virtual void ValidateNew(NewTokenRequest request)
    {
    }

    /// <summary>Translates a filter to the service's terms, such as the id of a role to its name.</summary>
    protected virtual Task<TokenFilter> NormalizeAsync(TokenFilter filter, CancellationToken cancellationToken) => Task.FromResult(filter);

    /// <summary>Returns an expiry that gives the new token the same lifetime as the old token.</summary>
    protected virtual TokenExpiry ResolveExpiry(ApiToken token) => token switch
    {
        _ when Capabilities.Expiry != ExpiryChoice.AnyOrNever => TokenExpiry.ServiceDefault,
        { ExpiresAt: null } => TokenExpiry.NeverExpires,
        { ExpiresAt: { } expiry, Lifetime: { } lifetime } => lifetime > NewTokenValidator.MaxLifetime
            ? TokenExpiry.AtTime(expiry)
            : TokenExpiry.AfterDuration(lifetime),
        _ => TokenExpiry.ServiceDefault,
    };

    protected abstract IAsyncEnumerable<ApiToken> ListCoreAsync(TokenFilter filter, CancellationToken cancellationToken);

    protected abstract Task<ApiToken> GetCoreAsync(string id, CancellationToken cancellationToken);

    protected abstract Task<IssuedToken> CreateCoreAsync(NewTokenRequest request, CancellationToken cancellationToken);

    protected abstract Task RemoveCoreAsync(string id, CancellationToken cancellationToken);

    /// <summary>
    /// Whether a 403 in the service's own format proves that the secret was accepted. The page of a proxy proves nothing.
    /// </summary>
    protected virtual bool ForbiddenProvesSecret => false;

    /// <summary>
    /// Sends a request with a secret instead of the connection's credential. If it throws, a 401 means that the secret was rejected;
    /// a 403 is described by <see cref="ForbiddenProvesSecret"/>; any other error proves nothing.
    /// </summary>
    protected abstract Task<SecretCheck> CheckSecretCoreAsync(SecureString secret, ApiToken? token, CancellationToken cancellationToken);

    protected virtual Task<IssuedToken> GetWithSecretCoreAsync(string id, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    protected virtual Task<ApiToken?> SetEnabledCoreAsync(string id, bool enabled, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    protected virtual Task<ApiToken?> RenameCoreAsync(string id, string newName, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    protected virtual Task<ApiToken?> UpdateCoreAsync(string id, TokenChanges changes, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    protected virtual Task<IReadOnlyList<string>> RemoveAllCoreAsync(string user, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    protected virtual IAsyncEnumerable<TokenUser> ListUsersCoreAsync(CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    protected virtual Task<IssuedToken> RegenerateCoreAsync(string id, TokenExpiry expiry, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Creates an entry of the catalogue of permissions.</summary>
    protected TokenPermission Permission(string kind, string value, string? description = null) => new()
    {
        Connection = Identity.Connection,
        Service = Identity.Service,
        Kind = kind,
        Value = value,
        Description = description,
    };

    // The next step works on the token that the service returned, so it must be the requested token.
    private async Task<T> SameAsync<T>(string id, Task<T> response, bool write)
        where T : ApiToken?
    {
        T token = await response.ConfigureAwait(false);
        bool same = token is null || token.Id == Context.Definition.CanonicalId(id);
        return same ? token : throw ApiTokenException.InvalidResult(
            $"{Identity.Service} returned token {ForeignText.Argument(token!.Id)} instead of token {id}.", outcomeUnknown: write);
    }

    private string CheckId(string id) => Context.Definition.CanonicalId(id)
        ?? throw ApiTokenException.InvalidParameter(
            "Id", $"'{ForeignText.Argument(id)}' is not a valid {Identity.Service} token id.", $"To see the ids: {SuggestedCommand.List}");
}
