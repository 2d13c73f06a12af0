using System.Runtime.CompilerServices;
using System.Security;
using ApiTokens.Http;

namespace ApiTokens.Services;

/// <summary>
/// What all services share: refusing what one cannot do, the checks that need no request, and the filter applied on our
/// side. A service overrides what it can do.
/// </summary>
/// <param name="identity">The connection that it works for.</param>
/// <param name="credential">What it asks with.</param>
/// <param name="time">The clock.</param>
internal abstract class TokenService(ConnectionIdentity identity, ServiceCredential credential, TimeProvider time) : ITokenService
{
    /// <summary>The longest name that WEGnology takes, and a sensible one where a service says nothing.</summary>
    protected const int LongestName = 255;

    /// <summary>How many tokens are read at the same time where many are compared; the connection's pace holds all the same.</summary>
    protected const int ReadsAtOnce = 16;

    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(36525);

    public abstract ServiceCapabilities Capabilities { get; }

    protected ConnectionIdentity Identity { get; } = identity;

    protected ServiceCredential Credential { get; } = credential;

    protected TimeProvider Time { get; } = time;

    public abstract Task CheckAsync(CancellationToken cancellationToken);

    public abstract bool IsId(string text);

    public abstract NewTokenRequest CreateSuccessorRequest(ApiToken token, TokenExpiry expiry);

    public virtual Task<IReadOnlyList<TokenPermission>> ListPermissionsAsync(CancellationToken cancellationToken) => Task.FromResult(KnownPermissions);

    public abstract IReadOnlyList<TokenPermission> KnownPermissions { get; }

    public bool IsOwnSecret(SecureString secret) => SecretText.AreEqual(Credential.Secret, secret);

    public abstract IAsyncEnumerable<SearchStep> FindBySecretAsync(IReadOnlyList<SecureString> secrets, int maximumReads, CancellationToken cancellationToken);

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

    // A list that comes as one array is left where enough of it was read.
    public virtual async Task<TokenPreview> ListFirstAsync(int most, CancellationToken cancellationToken)
    {
        var tokens = new List<ApiToken>();
        await foreach (ApiToken token in ListCoreAsync(TokenFilter.Existing, cancellationToken).ConfigureAwait(false))
        {
            if (tokens.Count == most)
            {
                return new TokenPreview(tokens, IsComplete: false);
            }

            tokens.Add(token);
        }

        return new TokenPreview(tokens, IsComplete: true);
    }

    public Task<ApiToken> GetAsync(string id, CancellationToken cancellationToken) => SameAsync(id, GetCoreAsync(CheckId(id), cancellationToken), write: false);

    public Task<IssuedToken> GetWithSecretAsync(string id, CancellationToken cancellationToken)
    {
        Capabilities.RequireReadSecret();
        return SameAsync(id, GetWithSecretCoreAsync(CheckId(id), cancellationToken), write: false);
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
        return SameAsync(id, SetEnabledCoreAsync(CheckId(id), enabled, cancellationToken), write: true);
    }

    public Task<ApiToken?> RenameAsync(string id, string newName, CancellationToken cancellationToken)
    {
        Capabilities.RequireRename();
        CheckName(newName, "NewName");
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
        ValidateExpiry(expiry);
        return SameAsync(id, RegenerateCoreAsync(CheckId(id), expiry, cancellationToken), write: true);
    }

    public async Task<SecretCheck> CheckSecretAsync(SecureString secret, ApiToken? token, CancellationToken cancellationToken)
    {
        if (!SecretText.FitsHeader(secret))
        {
            return new SecretCheck(SecretState.Refused)
            {
                Error = new ApiTokenException(
                    ErrorKind.InvalidArgument, $"The text is no secret of {Identity.Service}: it is empty or has characters that a header cannot hold.", "Give the secret alone, as it was issued.", ErrorIds.NoSecret),
            };
        }

        try
        {
            return await CheckSecretCoreAsync(secret, token, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiTokenException e)
        {
            // Who may not do this was let in all the same.
            SecretState state = e.Kind switch
            {
                ErrorKind.AuthenticationError => SecretState.Refused,
                ErrorKind.PermissionDenied => SecretState.Accepted,
                _ => SecretState.Unknown,
            };
            return new SecretCheck(state) { Error = state == SecretState.Accepted ? null : e };
        }
    }

    protected abstract IAsyncEnumerable<ApiToken> ListCoreAsync(TokenFilter filter, CancellationToken cancellationToken);

    protected abstract Task<ApiToken> GetCoreAsync(string id, CancellationToken cancellationToken);

    /// <summary>The service's own rules for a new token; what all services share is checked already.</summary>
    protected abstract void ValidateNew(NewTokenRequest request);

    protected abstract Task<IssuedToken> CreateCoreAsync(NewTokenRequest request, CancellationToken cancellationToken);

    /// <summary>Asks with a secret in the place of the connection's. A 401 thrown on is a refusal, a 403 an acceptance, the rest tells nothing.</summary>
    protected abstract Task<SecretCheck> CheckSecretCoreAsync(SecureString secret, ApiToken? token, CancellationToken cancellationToken);

    protected abstract Task RemoveCoreAsync(string id, CancellationToken cancellationToken);

    protected virtual Task<IssuedToken> GetWithSecretCoreAsync(string id, CancellationToken cancellationToken) => throw new NotImplementedException();

    protected virtual Task<ApiToken?> SetEnabledCoreAsync(string id, bool enabled, CancellationToken cancellationToken) => throw new NotImplementedException();

    protected virtual Task<ApiToken?> RenameCoreAsync(string id, string newName, CancellationToken cancellationToken) => throw new NotImplementedException();

    protected virtual Task<ApiToken?> UpdateCoreAsync(string id, TokenChanges changes, CancellationToken cancellationToken) => throw new NotImplementedException();

    protected virtual Task<IReadOnlyList<string>> RemoveAllCoreAsync(string user, CancellationToken cancellationToken) => throw new NotImplementedException();

    protected virtual Task<IssuedToken> RegenerateCoreAsync(string id, TokenExpiry expiry, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Reads a token that a secret names; what goes wrong becomes a note, as the next secret may go well.</summary>
    protected async Task<(ApiToken? Token, string? Note)> TryReadAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return (await GetCoreAsync(id, cancellationToken).ConfigureAwait(false), null);
        }
        catch (ApiTokenException e) when (e.Kind == ErrorKind.ObjectNotFound)
        {
            return (null, $"{Identity.Connection} has no token {id}: it is gone, or of another account.");
        }
        catch (ApiTokenException e) when (e.Kind != ErrorKind.AuthenticationError)
        {
            return (null, $"The token {id} of {Identity.Connection} could not be read: {e.Message}");
        }
    }

    /// <summary>The end asked for, else one that gives the same length of life.</summary>
    protected TokenExpiry ResolveExpiry(ApiToken token, TokenExpiry expiry) => (expiry, token) switch
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

        // Half of a pair is no character: JSON would carry another one in its place.
        if (name.Any(char.IsControl) || HasLoneSurrogate(name))
        {
            throw ApiTokenException.InvalidParameter(parameter, "the name has control characters, or half of a character.", "Give a name without line breaks and the like.");
        }
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Refuses a parameter that this service has no place for, rather than dropping what the user asked for.</summary>
    protected void Refuse(bool given, string parameter, Advice instead)
    {
        if (given)
        {
            throw ApiTokenException.InvalidParameter(parameter, $"{Identity.Service} tokens have none.", instead);
        }
    }

    /// <summary>A record as the service tells it, but for the connection's own secret.</summary>
    protected ApiToken Record(ApiToken token) => CredentialRedactor.Redact(token, Credential.Secret);

    /// <summary>A record and the secret that was issued for it, which is nowhere in the record.</summary>
    protected static IssuedToken Issued(ApiToken token, string secret)
    {
        SecureString held = SecretText.ToSecureString(secret);
        return new IssuedToken(CredentialRedactor.Redact(token, held), held);
    }

    /// <summary>The service issued a token and did not say its secret: it exists, and no one can use it.</summary>
    protected ApiTokenException SecretMissing(ApiToken token) => IsId(token.Id)
        ? new OrphanedTokenException(token, $"{token.Service} issued the token {token} and gave no secret.", inner: null)
        : ApiTokenException.InvalidResult($"{token.Service} issued a token and gave neither its secret nor an id of the form that its ids have.", outcomeUnknown: true);

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
                    "ExpirationMonths", $"{Identity.Service} takes no expiry of '{given}'.", $"Specify {Field.ExpirationMonths}: 3, 6 or 12.");
            case ExpiryChoice.AnyOrNever when expiry.Months is < 1 or > 1200:
                throw ApiTokenException.InvalidParameter("ExpirationMonths", $"'{expiry.Months}' is not possible.", "Give at least one month.");
            case ExpiryChoice.AnyOrNever when expiry.At <= Time.GetUtcNow():
                throw ApiTokenException.InvalidParameter("ExpiresAt", $"'{expiry.At:u}' is in the past.", $"Specify a time in the future, or {Field.NeverExpires}.");
            case ExpiryChoice.AnyOrNever when expiry.After is { } life && (life <= TimeSpan.Zero || life > LongestLife):
                throw ApiTokenException.InvalidParameter("ExpiresIn", $"'{life}' is not possible.", $"Specify at most 100 years, or {Field.NeverExpires}.");
            default:
                break;
        }
    }

    // What is done next is done to the token that the service answered with: it must be the one that was asked for.
    private async Task<T> SameAsync<T>(string id, Task<T> answer, bool write)
        where T : ApiToken?
    {
        T token = await answer.ConfigureAwait(false);
        bool same = token is null || string.Equals(token.Id.TrimStart('0'), id.TrimStart('0'), StringComparison.OrdinalIgnoreCase);
        return same ? token : throw ApiTokenException.InvalidResult(
            $"{Identity.Service} answered for token {id} with another one, {SecretText.Mask(token!.Id)}.", outcomeUnknown: write);
    }

    private string CheckId(string id) => IsId(id)
        ? id
        : throw ApiTokenException.InvalidParameter("Id", $"'{SecretText.Mask(id)}' is no id of a {Identity.Service} token.", $"To see the ids: {SuggestedCommand.List}");
}

/// <summary>What every token of a connection is marked with.</summary>
/// <param name="Connection">The connection's name.</param>
/// <param name="Service">The service's name.</param>
/// <param name="Account">The account.</param>
internal sealed record ConnectionIdentity(string Connection, string Service, string Account);
