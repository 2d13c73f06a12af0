using System.Runtime.CompilerServices;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// Tracks the tokens that a connection has issued or is issuing, to distinguish an orphaned token from tokens that are in use. It
/// keeps only the tokens that a search for a lost token can still find.
/// </summary>
internal sealed class IssuedTokenRegistry
{
    // The maximum time between the creation of a token at the service and its response.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private static readonly ConditionalWeakTable<TokenConnection, IssuedTokenRegistry> ByConnection = new();

    private readonly object _gate = new();
    private readonly HashSet<TokenIdentity> _known = [];
    private readonly HashSet<TokenIdentity> _unrecorded = [];
    private readonly Queue<(TokenIdentity Token, DateTimeOffset AddedAt)> _order = new();
    private readonly LinkedList<(string Name, DateTimeOffset Since)> _pending = [];

    /// <summary>
    /// Returns the registry of a connection. It outlives a run: a token that an earlier run delivered is not an orphan of a later one.
    /// </summary>
    public static IssuedTokenRegistry Of(TokenConnection connection) => ByConnection.GetOrCreateValue(connection);

    /// <summary>The issuer of the tokens of this connection, as the service reports it; null before the first token.</summary>
    public string? Issuer { get; private set; }

    /// <summary>The number of entries.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _known.Count + _pending.Count;
            }
        }
    }

    /// <summary>Records that a token is being issued.</summary>
    /// <param name="name">The name of the token.</param>
    /// <param name="since">The time when the request starts. A search ignores tokens that are older.</param>
    /// <returns>An object that ends the record when it is disposed.</returns>
    public IDisposable Begin(string name, DateTimeOffset since)
    {
        lock (_gate)
        {
            return new PendingIssue(this, _pending.AddLast((name, since)));
        }
    }

    /// <summary>Records a token that was issued with its secret.</summary>
    /// <param name="token">The token.</param>
    /// <param name="now">The current time.</param>
    public void AddIssued(ApiToken token, DateTimeOffset now)
    {
        Issuer ??= token.Issuer;
        Add(token, now);
    }

    /// <summary>Records a token that a search for a lost token must ignore.</summary>
    /// <param name="token">The token.</param>
    /// <param name="now">The current time, which is not before the creation of the token.</param>
    public void Add(ApiToken token, DateTimeOffset now)
    {
        lock (_gate)
        {
            // A search can find a token without a creation time at any time, so it is kept.
            var identity = TokenIdentity.Of(token);
            if (_known.Add(identity) && token.CreatedAt is not null)
            {
                _order.Enqueue((identity, now));
            }
        }
    }

    /// <summary>Records that a journal does not show a token that was delivered, because it could not be written.</summary>
    public void AddUnrecorded(TokenIdentity token)
    {
        lock (_gate)
        {
            _unrecorded.Add(token);
        }
    }

    /// <summary>Determines whether a journal does not show a token that was delivered.</summary>
    public bool IsUnrecorded(TokenIdentity token)
    {
        lock (_gate)
        {
            return _unrecorded.Contains(token);
        }
    }

    /// <summary>Returns the number of tokens with a name that are being issued.</summary>
    public int CountPending(string name)
    {
        lock (_gate)
        {
            return _pending.Count(issue => issue.Name == name);
        }
    }

    /// <summary>Determines whether a token is recorded: it was issued here with its secret, or it existed before.</summary>
    public bool Contains(TokenIdentity token)
    {
        lock (_gate)
        {
            return _known.Contains(token);
        }
    }

    private void End(LinkedListNode<(string Name, DateTimeOffset Since)> issue)
    {
        lock (_gate)
        {
            // The oldest pending issue searches the furthest back in time.
            DateTimeOffset since = _pending.First!.Value.Since;
            _pending.Remove(issue);
            while (_order.Count > 0 && _order.Peek().AddedAt + Margin < since)
            {
                TokenIdentity token = _order.Dequeue().Token;
                _known.Remove(token);
                _unrecorded.Remove(token);
            }
        }
    }

    private sealed class PendingIssue(
        IssuedTokenRegistry registry, LinkedListNode<(string Name, DateTimeOffset Since)> issue) : IDisposable
    {
        public void Dispose() => registry.End(issue);
    }
}
