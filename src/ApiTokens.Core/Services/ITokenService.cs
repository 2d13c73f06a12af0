using System.Security;

namespace ApiTokens.Services;

/// <summary>
/// The port: what every service is to the rest of the program. All methods throw <see cref="ApiTokenException"/>;
/// what <see cref="Capabilities"/> rules out fails with <c>OperationNotSupported</c> before any request.
/// </summary>
public interface ITokenService
{
    /// <summary>What the service can do.</summary>
    ServiceCapabilities Capabilities { get; }

    /// <summary>Proves the credential with one cheap call.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Completes when the service accepted it.</returns>
    Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>Lists tokens as they arrive, page by page.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The tokens that fit.</returns>
    IAsyncEnumerable<ApiToken> ListAsync(TokenFilter filter, CancellationToken cancellationToken);

    /// <summary>Lists some tokens with one request, those that end first where the service can sort so.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The tokens, and whether these are all.</returns>
    Task<TokenPreview> ListFirstAsync(int most, CancellationToken cancellationToken);

    /// <summary>Whether a text has the form of this service's ids.</summary>
    /// <param name="text">An id or a name.</param>
    /// <returns>True for an id.</returns>
    bool IsId(string text);

    /// <summary>Reads one token.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The token.</returns>
    Task<ApiToken> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Reads one token with its secret, where the service shows it to the caller.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The token and its secret.</returns>
    Task<IssuedToken> GetWithSecretAsync(string id, CancellationToken cancellationToken);

    /// <summary>Refuses, by the parameter's name, what the service would refuse or what its request cannot hold. Sends nothing.</summary>
    /// <param name="request">What is wanted.</param>
    void Validate(NewTokenRequest request);

    /// <summary>What to ask for to get a token of the same name, description, permissions, owner and length of life.</summary>
    /// <param name="token">The example.</param>
    /// <param name="expiry">Another end; the service's default keeps the length of life.</param>
    /// <returns>The request.</returns>
    NewTokenRequest CreateSuccessorRequest(ApiToken token, TokenExpiry expiry);

    /// <summary>Issues a token. Never repeated by itself once it may have taken effect.</summary>
    /// <param name="request">What is wanted; it is validated first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The token and its secret.</returns>
    Task<IssuedToken> CreateAsync(NewTokenRequest request, CancellationToken cancellationToken);

    /// <summary>Enables or disables a token.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="enabled">Which of the two.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The token as the service answered it; null when it answered none.</returns>
    Task<ApiToken?> SetEnabledAsync(string id, bool enabled, CancellationToken cancellationToken);

    /// <summary>Gives a token another name.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="newName">The name.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The token as the service answered it; null when it answered none.</returns>
    Task<ApiToken?> RenameAsync(string id, string newName, CancellationToken cancellationToken);

    /// <summary>Changes a token's description or access.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="changes">What to change.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The token as the service answered it; null when it answered none.</returns>
    Task<ApiToken?> UpdateAsync(string id, TokenChanges changes, CancellationToken cancellationToken);

    /// <summary>Removes a token for good; where the service calls it so, revokes it.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Completes when the service confirmed it.</returns>
    Task RemoveAsync(string id, CancellationToken cancellationToken);

    /// <summary>Removes all tokens of a user in one request; the caller's own token is left.</summary>
    /// <param name="user">Whom the tokens act for.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The ids of those removed.</returns>
    Task<IReadOnlyList<string>> RemoveAllAsync(string user, CancellationToken cancellationToken);

    /// <summary>Gives a token a new secret in place; the old one dies at once. Never repeated by itself once it may have taken effect.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="expiry">Its new end; the service's default keeps its length of life.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The token and its new secret.</returns>
    Task<IssuedToken> RegenerateAsync(string id, TokenExpiry expiry, CancellationToken cancellationToken);

    /// <summary>Whether a token is the one that this connection authenticates with, as far as the service lets one know.</summary>
    /// <param name="token">The token.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>True if it is.</returns>
    Task<bool> IsOwnTokenAsync(ApiToken token, CancellationToken cancellationToken);

    /// <summary>Whether a secret is the one that this connection authenticates with. Sends nothing.</summary>
    /// <param name="secret">The secret.</param>
    /// <returns>True if it is.</returns>
    bool IsOwnSecret(SecureString secret);

    /// <summary>Looks for the tokens that secrets belong to, as far as that can be told without sending a secret.</summary>
    /// <param name="secrets">The secrets, which have the form of this service's.</param>
    /// <param name="maximumReads">The most tokens to read one by one, where comparing needs that.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What is found, and how far it is.</returns>
    IAsyncEnumerable<SearchStep> FindBySecretAsync(IReadOnlyList<SecureString> secrets, int maximumReads, CancellationToken cancellationToken);

    /// <summary>
    /// Asks the service whether a secret works: one cheap call with that secret in the place of the connection's. A service
    /// without a call that would tell is not asked. What goes wrong is in the answer, not thrown.
    /// </summary>
    /// <param name="secret">The secret.</param>
    /// <param name="token">Its token, where it is known.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Whether it works, and whose it is as far as the answer tells.</returns>
    Task<SecretCheck> CheckSecretAsync(SecureString secret, ApiToken? token, CancellationToken cancellationToken);

    /// <summary>The catalogue of permissions that the service offers.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Its entries.</returns>
    Task<IReadOnlyList<TokenPermission>> ListPermissionsAsync(CancellationToken cancellationToken);

    /// <summary>What it offers as far as that is known without asking the service: for completing what a user types.</summary>
    IReadOnlyList<TokenPermission> KnownPermissions { get; }
}
