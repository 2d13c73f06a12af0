using System.Security;
using ApiTokens.Http;

namespace ApiTokens.Services;

/// <content>The token that the connection itself uses.</content>
internal abstract partial class TokenService
{
    // Devo has no request that returns the caller's token, so the tokens are read one by one.
    private const int MaxOwnReads = 1000;

    private IReadOnlyCollection<string>? _ownIds;

    public bool IsOwnSecret(SecureString secret) => SecretText.AreEqual(Credential.Secret, secret);

    // The caller may have written the id in another form. The services compare canonical ids.
    public Task<bool> IsOwnTokenAsync(ApiToken token, CancellationToken cancellationToken)
    {
        string id = CheckId(token.Id);
        return IsOwnTokenCoreAsync(id == token.Id ? token : new ApiToken(token) { Id = id }, cancellationToken);
    }

    public async Task<ApiToken> GetOwnTokenAsync(CancellationToken cancellationToken)
    {
        if (Credential is not SecretCredential { Secret: { } secret })
        {
            throw OwnTokenUnknown("uses a user name and a password", "Change the password at the service, then connect again.");
        }

        await foreach (SearchStep step in FindBySecretAsync([secret], MaxOwnReads, cancellationToken).ConfigureAwait(false))
        {
            if (step.Token is { } token && await IsOwnTokenAsync(token, cancellationToken).ConfigureAwait(false))
            {
                return token;
            }
        }

        throw OwnTokenUnknown(
            $"uses a token that {Identity.Service} does not identify",
            "Issue a new token, connect with it, and remove the old one.");
    }

    public bool SharesSecretWith(ITokenService other) =>
        Credential is SecretCredential { Secret: { } secret } && other.IsOwnSecret(secret);

    public Action UseSecret(SecureString secret)
    {
        if (Credential is not SecretCredential { Secret: { } old } credential)
        {
            return () => { };
        }

        Replace(secret);
        return () => Replace(old);

        void Replace(SecureString other)
        {
            credential.Replace(other);
            OnSecretReplaced();
        }
    }

    /// <summary>Forgets what is known of the token that the connection used.</summary>
    protected virtual void OnSecretReplaced() => _ownIds = null;

    // The session of a login is not in the token list. A secret may contain the id of its token.
    protected virtual Task<bool> IsOwnTokenCoreAsync(ApiToken token, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<string> ids = _ownIds ??= Credential is SecretCredential { Secret: { } secret } ? TokenIdsIn(secret) : [];
        return Task.FromResult(ids.Contains(token.Id));
    }

    private ApiTokenException OwnTokenUnknown(string reason, Advice advice) => new(
        ErrorKind.NotImplemented, $"The connection '{Identity.Connection}' {reason}. Nothing was changed.", advice,
        ErrorIds.OwnTokenUnknown);
}
