using System.Runtime.CompilerServices;
using ApiTokens.Http;

namespace ApiTokens.Services;

/// <summary>
/// What all services share: refusing what one cannot do, the checks that need no request, and the filter applied on our
/// side. A service overrides what it can do.
/// </summary>
/// <param name="identity">The connection that it works for.</param>
/// <param name="time">The clock.</param>
internal abstract class TokenService(ConnectionIdentity identity, TimeProvider time) : ITokenService
{
    /// <summary>The longest name that WEGnology takes, and a sensible one where a service says nothing.</summary>
    protected const int LongestName = 255;

    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(36525);

    public abstract ServiceCapabilities Capabilities { get; }

    protected ConnectionIdentity Identity { get; } = identity;

    protected TimeProvider Time { get; } = time;

    public abstract Task CheckAsync(CancellationToken cancellationToken);

    public abstract bool IsId(string text);

    public abstract NewTokenRequest Like(ApiToken token, TokenExpiry expiry);

    public abstract Task<IReadOnlyList<TokenPermission>> ListPermissionsAsync(CancellationToken cancellationToken);

    public abstract Task<bool> IsOwnTokenAsync(ApiToken token, CancellationToken cancellationToken);

    public async IAsyncEnumerable<ApiToken> ListAsync(TokenFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (filter.UnusedSince is not null)
        {
            Capabilities.RequireLastUsed();
        }

        TokenFilter wanted = Normalize(filter);
        await foreach (ApiToken token in ListCoreAsync(wanted, cancellationToken).ConfigureAwait(false))
        {
            if (wanted.IsMatch(token))
            {
                yield return token;
            }
        }
    }

    public Task<ApiToken> GetAsync(string id, CancellationToken cancellationToken) => GetCoreAsync(CheckId(id), cancellationToken);

    public Task<IssuedToken> GetWithSecretAsync(string id, CancellationToken cancellationToken)
    {
        Capabilities.RequireReadSecret();
        return GetWithSecretCoreAsync(CheckId(id), cancellationToken);
    }

    public void Validate(NewTokenRequest request)
    {
        if (request.Description is not null)
        {
            Capabilities.RequireDescription();
        }

        ValidateExpiry(request.Expiry);
        ValidateNew(request);
    }

    public Task<IssuedToken> CreateAsync(NewTokenRequest request, CancellationToken cancellationToken)
    {
        Validate(request);
        return CreateCoreAsync(request, cancellationToken);
    }

    public Task<ApiToken?> SetEnabledAsync(string id, bool enabled, CancellationToken cancellationToken)
    {
        Capabilities.RequireSetEnabled(enabled);
        return SetEnabledCoreAsync(CheckId(id), enabled, cancellationToken);
    }

    public Task<ApiToken?> RenameAsync(string id, string newName, CancellationToken cancellationToken)
    {
        Capabilities.RequireRename();
        CheckName(newName, "NewName");
        return RenameCoreAsync(CheckId(id), newName, cancellationToken);
    }

    public Task<ApiToken?> UpdateAsync(string id, TokenChanges changes, CancellationToken cancellationToken)
    {
        Capabilities.RequireUpdate(changes);
        return UpdateCoreAsync(CheckId(id), changes, cancellationToken);
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
        ValidateExpiry(expiry);
        return RegenerateCoreAsync(CheckId(id), expiry, cancellationToken);
    }

    protected abstract IAsyncEnumerable<ApiToken> ListCoreAsync(TokenFilter filter, CancellationToken cancellationToken);

    protected abstract Task<ApiToken> GetCoreAsync(string id, CancellationToken cancellationToken);

    /// <summary>The service's own rules for a new token; what all services share is checked already.</summary>
    protected abstract void ValidateNew(NewTokenRequest request);

    protected abstract Task<IssuedToken> CreateCoreAsync(NewTokenRequest request, CancellationToken cancellationToken);

    protected abstract Task RemoveCoreAsync(string id, CancellationToken cancellationToken);

    protected virtual Task<IssuedToken> GetWithSecretCoreAsync(string id, CancellationToken cancellationToken) => throw new NotImplementedException();

    protected virtual Task<ApiToken?> SetEnabledCoreAsync(string id, bool enabled, CancellationToken cancellationToken) => throw new NotImplementedException();

    protected virtual Task<ApiToken?> RenameCoreAsync(string id, string newName, CancellationToken cancellationToken) => throw new NotImplementedException();

    protected virtual Task<ApiToken?> UpdateCoreAsync(string id, TokenChanges changes, CancellationToken cancellationToken) => throw new NotImplementedException();

    protected virtual Task<IReadOnlyList<string>> RemoveAllCoreAsync(string user, CancellationToken cancellationToken) => throw new NotImplementedException();

    protected virtual Task<IssuedToken> RegenerateCoreAsync(string id, TokenExpiry expiry, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The end asked for, else one that gives the same length of life.</summary>
    protected TokenExpiry SameLife(ApiToken token, TokenExpiry expiry) => (expiry, token) switch
    {
        ({ IsServiceDefault: false }, _) => expiry,
        _ when Capabilities.Expiry != ExpiryChoice.AnyOrNever => TokenExpiry.ServiceDefault,
        (_, { ExpiresAt: null }) => TokenExpiry.NeverExpires,
        (_, { Lifetime: { } life }) => TokenExpiry.AfterDuration(life),
        _ => TokenExpiry.ServiceDefault,
    };

    /// <summary>Brings a filter into the service's own words, such as a role's name for its id.</summary>
    protected virtual TokenFilter Normalize(TokenFilter filter) => filter;

    /// <summary>Refuses a name that is empty, too long, or has characters that no one could type again.</summary>
    protected static void CheckName(string? name, string parameter)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw ApiTokenException.InvalidParameter(parameter, "a name is needed.", "Give a name of 1 to 255 characters.");
        }

        if (name!.Length > LongestName)
        {
            throw ApiTokenException.InvalidParameter(
                parameter, $"'{name.Substring(0, 40)}…' has {name.Length} characters.", "Give a name of 1 to 255 characters.");
        }

        if (name.Any(char.IsControl))
        {
            throw ApiTokenException.InvalidParameter(parameter, "the name has control characters.", "Give a name without line breaks and the like.");
        }
    }

    /// <summary>Refuses a parameter that this service has no place for, rather than dropping what the user asked for.</summary>
    protected void Refuse(bool given, string parameter, string instead)
    {
        if (given)
        {
            throw ApiTokenException.InvalidParameter(parameter, $"{Identity.Service} tokens have none.", instead);
        }
    }

    /// <summary>The service issued a token and did not say its secret: it exists, and no one can use it.</summary>
    protected static OrphanedTokenException SecretMissing(ApiToken token) => new(token, $"{token.Service} issued the token {token} and gave no secret.", inner: null);

    /// <summary>An entry of the catalogue of permissions.</summary>
    protected TokenPermission Permission(string kind, string value, string? description = null) => new()
    {
        Connection = Identity.Connection,
        Service = Identity.Service,
        Kind = kind,
        Value = value,
        Description = description,
    };

    private void ValidateExpiry(TokenExpiry expiry)
    {
        if (expiry.IsServiceDefault)
        {
            return;
        }

        switch (Capabilities.Expiry)
        {
            case ExpiryChoice.None:
                Capabilities.RequireExpiry();
                break;
            case ExpiryChoice.Months when expiry.Months is not (3 or 6 or 12):
                string given = expiry.Never ? "never" : expiry.Months?.ToString() ?? expiry.After?.ToString() ?? $"{expiry.At:u}";
                throw ApiTokenException.InvalidParameter(
                    "ExpirationMonths", $"{Identity.Service} takes no expiry of '{given}'.", "Give -ExpirationMonths 3, 6 or 12.");
            case ExpiryChoice.AnyOrNever when expiry.Months is < 1 or > 1200:
                throw ApiTokenException.InvalidParameter("ExpirationMonths", $"'{expiry.Months}' is not possible.", "Give at least one month.");
            case ExpiryChoice.AnyOrNever when expiry.At <= Time.GetUtcNow():
                throw ApiTokenException.InvalidParameter("ExpiresAt", $"'{expiry.At:u}' is in the past.", "Give a moment in the future, or -NeverExpires.");
            case ExpiryChoice.AnyOrNever when expiry.After is { } life && (life <= TimeSpan.Zero || life > LongestLife):
                throw ApiTokenException.InvalidParameter("ExpiresIn", $"'{life}' is not possible.", "Give a time from now on, at most 100 years, or -NeverExpires.");
            default:
                break;
        }
    }

    private string CheckId(string id) => IsId(id)
        ? id
        : throw ApiTokenException.InvalidParameter("Id", $"'{SecretText.Mask(id)}' is no id of a {Identity.Service} token.", "Get-ApiToken lists the ids.");
}

/// <summary>What every token of a connection is marked with.</summary>
/// <param name="Connection">The connection's name.</param>
/// <param name="Service">The service's name.</param>
/// <param name="Account">The account.</param>
internal sealed record ConnectionIdentity(string Connection, string Service, string Account);
