using System.Collections.Concurrent;
using ApiTokens.Services;

namespace ApiTokens.Lifecycle;

/// <summary>What a connection has issued and is issuing: it tells an orphan from tokens that are somebody's.</summary>
internal sealed class IssueLedger
{
    private readonly ConcurrentDictionary<string, bool> _issued = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _underWay = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _oneSnapshot = new(1, 1);
    private HashSet<string>? _before;

    /// <summary>Who the service says has issued our tokens, once one was issued.</summary>
    public string? Issuer { get; private set; }

    public void Begin(string name) => _underWay.AddOrUpdate(name, 1, (_, count) => count + 1);

    public void End(string name) => _underWay.AddOrUpdate(name, 0, (_, count) => count - 1);

    public void Add(ApiToken token)
    {
        _issued[token.Id] = true;
        Issuer ??= token.Issuer;
    }

    /// <summary>Whether another token of that name is being issued right now.</summary>
    public bool IsShared(string name) => _underWay.TryGetValue(name, out int count) && count > 1;

    /// <summary>Whether a token was issued here and its secret delivered, or was there before.</summary>
    public bool Knows(string id) => _issued.ContainsKey(id) || _before?.Contains(id) == true;

    /// <summary>Whether it is known which tokens were there before.</summary>
    public bool KnowsBefore => _before is not null;

    /// <summary>Notes which tokens are there, once, before anything is issued.</summary>
    public async Task NoteBeforeAsync(ITokenService tokens, CancellationToken cancellationToken)
    {
        await _oneSnapshot.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_before is not null)
            {
                return;
            }

            var before = new HashSet<string>(StringComparer.Ordinal);
            await foreach (ApiToken token in tokens.ListAsync(TokenFilter.Existing, cancellationToken).ConfigureAwait(false))
            {
                before.Add(token.Id);
            }

            _before = before;
        }
        finally
        {
            _oneSnapshot.Release();
        }
    }
}
