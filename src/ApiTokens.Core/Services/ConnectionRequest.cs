using System.Security;

namespace ApiTokens.Services;

/// <summary>The parameters of a connection to a service.</summary>
public sealed record ConnectionRequest
{
    /// <summary>The name of the service.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>The account; optional for services that return the account of a credential.</summary>
    public string? Account { get; init; }

    /// <summary>The name of the connection; by default the service's connection name.</summary>
    public string? Name { get; init; }

    /// <summary>The secret of a token that may manage tokens.</summary>
    public SecureString? Secret { get; init; }

    /// <summary>The user name to log in with, instead of <see cref="Secret"/> (WEGnology, Gcore).</summary>
    public string? UserName { get; init; }

    /// <summary>The password of <see cref="UserName"/>.</summary>
    public SecureString? Password { get; init; }

    /// <summary>The one-time code, if the user has a second factor.</summary>
    public string? OneTimePassword { get; init; }

    /// <summary>The region, if the service has several.</summary>
    public string? Region { get; init; }

    /// <summary>An address that replaces the service's default. It must use https, except for loopback addresses.</summary>
    public Uri? BaseUri { get; init; }

    /// <summary>
    /// The address of a proxy (http or https); null for the system's proxy. Requests to a loopback address never use a proxy.
    /// </summary>
    public Uri? Proxy { get; init; }

    /// <summary>The user name for <see cref="Proxy"/>, if the proxy requires one.</summary>
    public string? ProxyUserName { get; init; }

    /// <summary>The password of <see cref="ProxyUserName"/>.</summary>
    public SecureString? ProxyPassword { get; init; }

    /// <summary>Uses no proxy, not even the system's.</summary>
    public bool NoProxy { get; init; }

    /// <summary>The timeout of one request.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The maximum number of requests per second; null for the limit that the service documents, if any.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>
    /// The maximum number of tokens of the account, if it differs from the limit that the service documents, for example by contract.
    /// </summary>
    public int? TokenLimit { get; init; }

    /// <summary>Skips the request that proves the credential.</summary>
    public bool SkipCheck { get; init; }

    /// <summary>The number of tokens per page, for services that page their lists. WEGnology's own client uses 1000.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Returns the name of the service. The text never contains a credential.</summary>
    /// <returns><see cref="Service"/>.</returns>
    public override string ToString() => Service;
}
