using System.Security;

namespace ApiTokens.Services;

/// <summary>What is needed to connect to a service.</summary>
public sealed class ConnectionRequest
{
    /// <summary>The service's name.</summary>
    public string Service { get; init; } = string.Empty;

    /// <summary>The account; some services can find it out.</summary>
    public string? Account { get; init; }

    /// <summary>The connection's name; the service's own by default.</summary>
    public string? Name { get; init; }

    /// <summary>The secret of a token that may manage tokens.</summary>
    public SecureString? Secret { get; init; }

    /// <summary>Instead of <see cref="Secret"/>, a user's name to log in with (WEGnology, Gcore).</summary>
    public string? UserName { get; init; }

    /// <summary>The password of <see cref="UserName"/>.</summary>
    public SecureString? Password { get; init; }

    /// <summary>A one-time code, where the user has a second factor.</summary>
    public string? OneTimePassword { get; init; }

    /// <summary>The region, where the service has several.</summary>
    public string? Region { get; init; }

    /// <summary>An address other than the service's own; https, but for loopback.</summary>
    public Uri? BaseUri { get; init; }

    /// <summary>Gcore: <c>V2</c> (default) or <c>V1</c>.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>How long one request may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The most requests a second; null for what the service's documentation says, if anything.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>Leaves out the call that proves the credential.</summary>
    public bool SkipCheck { get; init; }

    /// <summary>How many tokens to ask for at once, where a service pages its list; WEGnology's own client asks for 1000.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
