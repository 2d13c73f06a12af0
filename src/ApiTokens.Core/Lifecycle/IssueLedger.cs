using System.Collections.Concurrent;

namespace ApiTokens.Lifecycle;

/// <summary>What a connection has issued and is issuing: it tells an orphan from tokens that are somebody's.</summary>
internal sealed class IssueLedger
{
    private readonly ConcurrentDictionary<string, bool> _issued = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _underWay = new(StringComparer.Ordinal);

    /// <summary>Who the service says has issued our tokens, once one was issued.</summary>
    public string? Issuer { get; private set; }

    public void Begin(string name) => _underWay.AddOrUpdate(name, 1, (_, count) => count + 1);

    public void End(string name)
    {
        // What is over is forgotten: a long run issues many names.
        if (_underWay.AddOrUpdate(name, 0, (_, count) => count - 1) == 0)
        {
            ((ICollection<KeyValuePair<string, int>>)_underWay).Remove(new KeyValuePair<string, int>(name, 0));
        }
    }

    public void Add(ApiToken token)
    {
        _issued[token.Id] = true;
        Issuer ??= token.Issuer;
    }

    /// <summary>Notes a token that is not to be taken for one that is being issued.</summary>
    public void Know(string id) => _issued[id] = true;

    /// <summary>Whether another token of that name is being issued right now.</summary>
    public bool IsShared(string name) => _underWay.TryGetValue(name, out int count) && count > 1;

    /// <summary>Whether a token is somebody's: it was issued here and its secret came, or it was there before.</summary>
    public bool Knows(string id) => _issued.ContainsKey(id);
}
