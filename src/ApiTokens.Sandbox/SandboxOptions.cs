using ApiTokens.Sandbox.Http;
using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox;

/// <summary>How a <see cref="SandboxServer"/> is started.</summary>
public sealed record SandboxOptions
{
    /// <summary>The address to listen on; loopback only, but for <see cref="AllowRemote"/>. Port 0 takes any free port. Several are separated by semicolons.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:0";

    /// <summary>Whether <see cref="Urls"/> may have addresses that other machines can reach.</summary>
    public bool AllowRemote { get; init; }

    /// <summary>The database file; null keeps everything in memory.</summary>
    public string? DatabasePath { get; init; }

    /// <summary>How many tokens each service gets beside the few it always has, when the database is new.</summary>
    public int Tokens { get; init; }

    /// <summary>How long every request to a service waits before it is served.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>How many requests a second each service answers; what comes beyond is refused with 429. Zero sets no limit.</summary>
    public int Rate { get; init; }

    /// <summary>How many live tokens a Gcore account may hold. It is raised to <see cref="Tokens"/> + 100 where that is more.</summary>
    public int GcoreTokenLimit { get; init; } = 100;

    /// <summary>Emulators of services that are outside this assembly.</summary>
    internal IReadOnlyList<Func<Database, TimeProvider, IServiceEmulator>> MoreEmulators { get; init; } = [];

    /// <summary>The clock by which tokens are dated and expire, and by which <see cref="Rate"/> is measured.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
