using ApiTokens.Sandbox.Http;
using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox;

/// <summary>The options of a <see cref="SandboxServer"/>.</summary>
public sealed record SandboxOptions
{
    /// <summary>
    /// The addresses to listen on, separated by semicolons; loopback only unless <see cref="AllowRemote"/> is set. Port 0 selects a free
    /// port.
    /// </summary>
    public string Urls { get; init; } = "http://127.0.0.1:0";

    /// <summary>Whether <see cref="Urls"/> may contain addresses that other machines can reach.</summary>
    public bool AllowRemote { get; init; }

    /// <summary>
    /// Whether the server uses HTTPS, with HTTP/1.1 and HTTP/2, and a certificate that is created for the run. The scheme in
    /// <see cref="Urls"/> is then ignored.
    /// </summary>
    public bool Https { get; init; }

    /// <summary>The database file; null for a database in memory.</summary>
    public string? DatabasePath { get; init; }

    /// <summary>The number of additional tokens that are generated for each service in a new database.</summary>
    public int Tokens { get; init; }

    /// <summary>The latency of every request to a service.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>The maximum number of requests per second of each service. Others are rejected with 429. Zero sets no limit.</summary>
    public int Rate { get; init; }

    /// <summary>How <see cref="Rate"/> counts requests.</summary>
    public RateWindow RateWindow { get; init; }

    /// <summary>The headers with which every response tells the limit and what is left of it.</summary>
    public RateHeaders RateHeaders { get; init; }

    /// <summary>The maximum number of live tokens of a Gcore account; null for 100 more than <see cref="Tokens"/>.</summary>
    public int? GcoreTokenLimit { get; init; }

    /// <summary>Emulators from other assemblies.</summary>
    internal IReadOnlyList<Func<Database, TimeProvider, IServiceEmulator>> MoreEmulators { get; init; } = [];

    /// <summary>The clock for token times and for <see cref="Rate"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>How requests are counted for a rate limit.</summary>
public enum RateWindow
{
    /// <summary>A token bucket that is refilled continuously. Its burst is a tenth of the requests of a second.</summary>
    Bucket,

    /// <summary>Consecutive seconds.</summary>
    Fixed,

    /// <summary>The second before each request.</summary>
    Sliding,
}

/// <summary>Headers that tell a rate limit.</summary>
public enum RateHeaders
{
    /// <summary>No headers.</summary>
    None,

    /// <summary><c>RateLimit</c> and <c>RateLimit-Policy</c> of draft-ietf-httpapi-ratelimit-headers.</summary>
    Ietf,

    /// <summary><c>X-RateLimit-Limit</c>, <c>-Remaining</c> and <c>-Reset</c>.</summary>
    X,
}
