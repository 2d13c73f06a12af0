using System.Security;

namespace ApiTokens.Services;

/// <summary>
/// Manages the tokens of one account of a service. Every service implements this interface. Methods report failures as
/// <see cref="ApiTokenException"/>. An operation that <see cref="Capabilities"/> excludes fails with
/// <c>OperationNotSupported</c> before any request.
/// </summary>
public interface ITokenService
{
    /// <summary>The operations and fields that the service supports.</summary>
    ServiceCapabilities Capabilities { get; }

    /// <summary>Proves the credential with one cheap request.</summary>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>A sentence about what the credential does not allow; null if the response shows no such limit.</returns>
    Task<string?> CheckAsync(CancellationToken cancellationToken);

    /// <summary>Lists tokens and streams them page by page.</summary>
    /// <param name="filter">The tokens to list.</param>
    /// <param name="cancellationToken">Cancels the list.</param>
    /// <returns>The tokens that match the filter.</returns>
    IAsyncEnumerable<ApiToken> ListAsync(TokenFilter filter, CancellationToken cancellationToken);

    /// <summary>Lists some tokens with one request. Tokens that expire first come first if the service can sort by expiry.</summary>
    /// <param name="maxCount">The maximum number of tokens.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The tokens, and whether the account has no others.</returns>
    Task<TokenPreview> ListFirstAsync(int maxCount, CancellationToken cancellationToken);

    /// <summary>Determines whether a text has the format of this service's ids.</summary>
    /// <param name="text">An id or a name.</param>
    /// <returns>True if the text can be an id.</returns>
    bool IsId(string text);

    /// <summary>Reads one token.</summary>
    /// <param name="id">The id of the token.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The token.</returns>
    Task<ApiToken> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Reads one token with its secret, if the service shows it to the caller.</summary>
    /// <param name="id">The id of the token.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The token and its secret.</returns>
    Task<IssuedToken> GetWithSecretAsync(string id, CancellationToken cancellationToken);

    /// <summary>Validates a request for a new token without sending it. The error names the field that is invalid.</summary>
    /// <param name="request">The request to validate.</param>
    void Validate(NewTokenRequest request);

    /// <summary>Creates a request for a token with the same name, description, permissions, owner and lifetime.</summary>
    /// <param name="token">The token to copy.</param>
    /// <param name="expiry">The expiry of the new token; the service's default keeps the lifetime.</param>
    /// <returns>The request.</returns>
    NewTokenRequest CreateSuccessorRequest(ApiToken token, TokenExpiry expiry);

    /// <summary>Issues a token. The request is not retried once it may have succeeded.</summary>
    /// <param name="request">The request; it is validated first.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The token and its secret.</returns>
    Task<IssuedToken> CreateAsync(NewTokenRequest request, CancellationToken cancellationToken);

    /// <summary>Enables or disables a token.</summary>
    /// <param name="id">The id of the token.</param>
    /// <param name="enabled">True to enable the token, false to disable it.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The token as the service returned it; null if the response has no token.</returns>
    Task<ApiToken?> SetEnabledAsync(string id, bool enabled, CancellationToken cancellationToken);

    /// <summary>Renames a token.</summary>
    /// <param name="id">The id of the token.</param>
    /// <param name="newName">The new name.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The token as the service returned it; null if the response has no token.</returns>
    Task<ApiToken?> RenameAsync(string id, string newName, CancellationToken cancellationToken);

    /// <summary>Changes a token's description or access.</summary>
    /// <param name="id">The id of the token.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The token as the service returned it; null if the response has no token.</returns>
    Task<ApiToken?> UpdateAsync(string id, TokenChanges changes, CancellationToken cancellationToken);

    /// <summary>Removes a token permanently. Some services call this revoking.</summary>
    /// <param name="id">The id of the token.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>A task that completes when the service has confirmed the removal.</returns>
    Task RemoveAsync(string id, CancellationToken cancellationToken);

    /// <summary>Removes all tokens of a user in one request, except for the caller's own token.</summary>
    /// <param name="user">The user whom the tokens act for.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The ids of the removed tokens.</returns>
    Task<IReadOnlyList<string>> RemoveAllAsync(string user, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces the secret of a token. The old secret stops working immediately. The request is not retried once it may have succeeded.
    /// </summary>
    /// <param name="id">The id of the token.</param>
    /// <param name="expiry">The new expiry; the service's default keeps the lifetime.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The token and its new secret.</returns>
    Task<IssuedToken> RegenerateAsync(string id, TokenExpiry expiry, CancellationToken cancellationToken);

    /// <summary>Determines whether this connection authenticates with a token, as far as the service allows.</summary>
    /// <param name="token">The token.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>True if the connection uses the token.</returns>
    Task<bool> IsOwnTokenAsync(ApiToken token, CancellationToken cancellationToken);

    /// <summary>Returns the token that this connection authenticates with.</summary>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The token.</returns>
    /// <exception cref="ApiTokenException">
    /// <c>OwnTokenUnknown</c>: the service does not tell, or the connection uses a user name and a password.
    /// </exception>
    Task<ApiToken> GetOwnTokenAsync(CancellationToken cancellationToken);

    /// <summary>Determines whether another connection authenticates with the same secret. Sends nothing.</summary>
    /// <param name="other">The service of the other connection.</param>
    /// <returns>False if this connection uses a user name and a password.</returns>
    bool SharesSecretWith(ITokenService other);

    /// <summary>
    /// Lets this connection authenticate with another secret of the same account from now on. It has no effect on a connection with a user
    /// name and a password.
    /// </summary>
    /// <param name="secret">The secret.</param>
    /// <returns>A function that lets the connection use the previous secret again.</returns>
    Action UseSecret(SecureString secret);

    /// <summary>Determines whether a token was issued with the credential of this connection, as far as the service tells.</summary>
    /// <param name="token">The token, as the service returned it.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>True or false; null if the service does not tell.</returns>
    Task<bool?> IsIssuedByCallerAsync(ApiToken token, CancellationToken cancellationToken);

    /// <summary>Determines whether this connection authenticates with a secret. Sends nothing.</summary>
    /// <param name="secret">The secret.</param>
    /// <returns>True if the connection uses the secret.</returns>
    bool IsOwnSecret(SecureString secret);

    /// <summary>Searches for the tokens that secrets belong to, without sending a secret.</summary>
    /// <param name="secrets">The secrets; each has the format of this service's secrets.</param>
    /// <param name="maximumReads">The maximum number of tokens to read one by one, if the comparison needs that.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The results and the progress.</returns>
    IAsyncEnumerable<SearchStep> FindBySecretAsync(
        IReadOnlyList<SecureString> secrets, int maximumReads, CancellationToken cancellationToken);

    /// <summary>
    /// Tests whether a secret works, with one cheap request that uses the secret instead of the connection's credential. Nothing
    /// is sent if the service has no suitable request. A failure is part of the result and is not thrown.
    /// </summary>
    /// <param name="secret">The secret.</param>
    /// <param name="token">The token that the secret belongs to, if known.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>Whether the secret works, and which token it belongs to as far as the response shows.</returns>
    Task<SecretCheck> CheckSecretAsync(SecureString secret, ApiToken? token, CancellationToken cancellationToken);

    /// <summary>Lists the users whom tokens can act for, and streams them page by page.</summary>
    /// <param name="cancellationToken">Cancels the list.</param>
    /// <returns>The users.</returns>
    IAsyncEnumerable<TokenUser> ListUsersAsync(CancellationToken cancellationToken);

    /// <summary>
    /// What a filter by user compares on this account, if the service does not tell whom each token acts for; otherwise null.
    /// </summary>
    string? UserFilterLimit { get; }

    /// <summary>Lists the permissions that the service offers.</summary>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The permissions.</returns>
    Task<IReadOnlyList<TokenPermission>> ListPermissionsAsync(CancellationToken cancellationToken);

    /// <summary>The permissions that are known without a request, for completion.</summary>
    IReadOnlyList<TokenPermission> KnownPermissions { get; }
}
