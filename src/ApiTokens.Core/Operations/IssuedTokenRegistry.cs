using System.Runtime.CompilerServices;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// What a connection has issued and is issuing: it tells an orphan from tokens that are somebody's. It holds no more than
/// a search for a lost token can still come upon.
/// </summary>
internal sealed class IssuedTokenRegistry
{
    // Between the service's clock when it creates a token and when it answers.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private static readonly ConditionalWeakTable<TokenConnection, IssuedTokenRegistry> ByConnection = new();

    private readonly object _gate = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, DateTimeOffset? CreatedAt)> _order = new();
    private readonly LinkedList<(string Name, DateTimeOffset Since)> _underWay = [];

    /// <summary>The registry of a connection. It outlives a run: what an earlier run delivered is no orphan of a later one.</summary>
    public static IssuedTokenRegistry Of(TokenConnection connection) => ByConnection.GetOrCreateValue(connection);

    /// <summary>Who the service says has issued our tokens, once one was issued.</summary>
    public string? Issuer { get; private set; }

    /// <summary>How many tokens and names it holds.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _known.Count + _underWay.Count;
            }
        }
    }

    /// <summary>Begins to issue a token.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="since">From when on it can have been created: what was created earlier is no answer to a search for it.</param>
    /// <returns>Ends it when disposed of.</returns>
    public IDisposable Begin(string name, DateTimeOffset since)
    {
        lock (_gate)
        {
            return new Ending(this, _underWay.AddLast((name, since)));
        }
    }

    /// <summary>Notes a token that was issued, and whose secret came.</summary>
    public void AddIssued(ApiToken token)
    {
        Issuer ??= token.Issuer;
        Add(token);
    }

    /// <summary>Notes a token that is not to be taken for one that is being issued.</summary>
    public void Add(ApiToken token)
    {
        lock (_gate)
        {
            if (_known.Add(token.Id))
            {
                _order.Enqueue((token.Id, token.CreatedAt));
            }
        }
    }

    /// <summary>Whether another token of that name is being issued right now.</summary>
    public bool IsShared(string name)
    {
        lock (_gate)
        {
            return _underWay.Count(issue => issue.Name == name) > 1;
        }
    }

    /// <summary>Whether a token is somebody's: it was issued here and its secret came, or it was there before.</summary>
    public bool Contains(string id)
    {
        lock (_gate)
        {
            return _known.Contains(id);
        }
    }

    private void End(LinkedListNode<(string Name, DateTimeOffset Since)> issue)
    {
        lock (_gate)
        {
            // The oldest that is under way looks back the furthest, and each later one no further.
            DateTimeOffset since = _underWay.First!.Value.Since;
            _underWay.Remove(issue);
            while (_order.Count > 0 && _order.Peek().CreatedAt + Margin < since)
            {
                _known.Remove(_order.Dequeue().Id);
            }
        }
    }

    private sealed class Ending(IssuedTokenRegistry ledger, LinkedListNode<(string Name, DateTimeOffset Since)> issue) : IDisposable
    {
        public void Dispose() => ledger.End(issue);
    }
}
