namespace ApiTokens;

/// <summary>
/// Identifies an account of a service. Every connection to the account has an equal identity; the comparison ignores case.
/// </summary>
public sealed class AccountIdentity : IEquatable<AccountIdentity>
{
    /// <summary>Stands for the address of a record that has none.</summary>
    internal static readonly Uri UnknownAddress = new("unknown://address");

    private readonly string _key;
    private readonly string _address;

    /// <summary>Identifies an account.</summary>
    /// <param name="service">The service, such as <c>Devo</c>.</param>
    /// <param name="account">The account; empty if the service has only one per credential.</param>
    /// <param name="baseUri">The address of the service. Staging and production may have accounts with the same name.</param>
    public AccountIdentity(string service, string account, Uri baseUri)
    {
        Service = service;
        Account = account;
        _address = baseUri.AbsoluteUri;
        BaseUri = new Uri(_address.TrimEnd('/'));
        _key = ToString().ToUpperInvariant();
    }

    /// <summary>The service.</summary>
    public string Service { get; }

    /// <summary>The account.</summary>
    public string Account { get; }

    /// <summary>The address of the service, without a slash at the end of its path.</summary>
    public Uri BaseUri { get; }

    /// <summary>Determines whether this is the identity of an account, as if the values were compared as an identity.</summary>
    /// <param name="service">The service.</param>
    /// <param name="account">The account.</param>
    /// <param name="baseUri">The address of the service.</param>
    /// <returns>True if the identities are equal. For equal values, no identity is created, because this runs for each token.</returns>
    public bool Matches(string service, string account, Uri baseUri) =>
        (service == Service && account == Account && baseUri.AbsoluteUri == _address)
        || Equals(new AccountIdentity(service, account, baseUri));

    /// <inheritdoc/>
    public bool Equals(AccountIdentity? other) => other is not null && other._key == _key;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AccountIdentity);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_key);

    /// <summary>Service, account and address.</summary>
    /// <returns>For example <c>Devo acme https://apiv2-us.devo.com/</c>.</returns>
    public override string ToString() => $"{Service} {Account} {BaseUri.AbsoluteUri}";
}
