namespace ApiTokens;

/// <summary>
/// Identifies a token: service, base address, account and canonical id. The identity is the same for every connection, run and
/// machine, and however the id was written. Everything that compares tokens compares their identities.
/// </summary>
public sealed record TokenIdentity
{
    /// <summary>Identifies a token.</summary>
    /// <param name="account">The account of the token.</param>
    /// <param name="id">The id that the service assigned; for a token that is not yet issued, a fingerprint of the request.</param>
    public TokenIdentity(AccountIdentity account, string id)
    {
        Account = account;
        Id = CanonicalId(account.Service, id);
    }

    /// <summary>The account of the token.</summary>
    public AccountIdentity Account { get; }

    /// <summary>The canonical id, such as <c>7001</c> for <c>07001</c>. A text that is not an id of the service is unchanged.</summary>
    public string Id { get; }

    /// <summary>
    /// Returns the canonical form of an id of a service; null if the text is not an id. The catalogue of services sets it, because
    /// the model does not know the services.
    /// </summary>
    internal static Func<string, string, string?> FindCanonicalId { get; set; } = (_, id) => id;

    /// <summary>Returns the canonical form of an id.</summary>
    /// <param name="service">The name of the service.</param>
    /// <param name="id">The id. A text that is not an id of the service is returned unchanged.</param>
    /// <returns>The canonical id.</returns>
    public static string CanonicalId(string service, string id) => FindCanonicalId(service, id) ?? id;

    /// <summary>Returns the identity of a token record.</summary>
    /// <param name="token">The token. A record without a base address differs from all records with one.</param>
    /// <returns>The identity.</returns>
    public static TokenIdentity Of(ApiToken token) => Of(token.Service, token.Account, token.BaseUri, token.Id);

    /// <summary>Returns the identity of another token of the same account.</summary>
    /// <param name="id">The id of the other token.</param>
    /// <returns>The identity.</returns>
    public TokenIdentity WithId(string id) => new(Account, id);

    internal static TokenIdentity Of(string service, string account, Uri? baseUri, string id) =>
        new(new AccountIdentity(service, account, baseUri ?? AccountIdentity.UnknownAddress), id);
}
