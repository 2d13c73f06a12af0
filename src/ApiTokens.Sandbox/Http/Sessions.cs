using System.Collections.Concurrent;
using ApiTokens.Sandbox.Storage;

namespace ApiTokens.Sandbox.Http;

/// <summary>The sessions of password logins. They are kept in memory and end with the process.</summary>
internal sealed class Sessions<T>(TimeProvider clock)
    where T : class
{
    private const int SweepThreshold = 1_000;

    private readonly ConcurrentDictionary<string, (T Session, DateTimeOffset ExpiresAt)> _sessions = new(StringComparer.Ordinal);

    public void Add(string secret, T session, DateTimeOffset expiresAt)
    {
        if (_sessions.Count >= SweepThreshold)
        {
            Sweep();
        }

        _sessions[Key(secret)] = (session, expiresAt);
    }

    public T? Find(string secret) =>
        _sessions.TryGetValue(Key(secret), out var found) && found.ExpiresAt > clock.Now() ? found.Session : null;

    /// <summary>Finds a session and ends it.</summary>
    public T? Take(string secret) =>
        _sessions.TryRemove(Key(secret), out var found) && found.ExpiresAt > clock.Now() ? found.Session : null;

    private void Sweep()
    {
        DateTimeOffset now = clock.Now();
        foreach (var entry in _sessions.Where(entry => entry.Value.ExpiresAt <= now))
        {
            _sessions.TryRemove(entry);
        }
    }

    private static string Key(string secret) => Convert.ToBase64String(Secrets.Hash(secret));
}
