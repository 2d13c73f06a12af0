namespace ApiTokens;

/// <summary>
/// Identifies an account of a service. Every connection to the account has an equal identity; the comparison ignores case.
/// </summary>
public sealed class AccountIdentity : IEquatable<AccountIdentity>
{
    /// <summary>Stands for the address of a record that has none.</summary>
    internal static readonly Uri UnknownAddress = new("unknown://address");

    private readonly string _key;

    /// <summary>Identifies an account.</summary>
    /// <param name="service">The service, such as <c>Devo</c>.</param>
    /// <param name="account">The account; empty if the service has only one per credential.</param>
    /// <param name="baseUri">The address of the service. Staging and production may have accounts with the same name.</param>
    public AccountIdentity(string service, string account, Uri baseUri)
    {
        Service = service;
        Account = account;
        BaseUri = new Uri(baseUri.AbsoluteUri.TrimEnd('/'));
        _key = ToString().ToUpperInvariant();
    }

    /// <summary>The service.</summary>
    public string Service { get; }

    /// <summary>The account.</summary>
    public string Account { get; }

    /// <summary>The address of the service, without a slash at the end of its path.</summary>
    public Uri BaseUri { get; }

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
