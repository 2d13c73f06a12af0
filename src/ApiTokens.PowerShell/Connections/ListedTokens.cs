namespace ApiTokens.PowerShell.Connections;

/// <summary>The ids and names of the tokens that this runspace listed most recently, for completion. The number is limited.</summary>
internal sealed class ListedTokens
{
    private const int Capacity = 2000;

    private readonly Dictionary<(string Connection, string Id), ListedToken?> _tokens = [];
    private readonly Queue<(string Connection, string Id)> _order = new();
    private readonly Dictionary<string, string[]> _apis = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(string Connection, string Id), TokenUser> _users = [];

    /// <summary>
    /// Adds a token of a list, unless it is revoked, or there were enough before it: the first ones of a list are the newest.
    /// </summary>
    /// <param name="token">The token.</param>
    /// <param name="position">The number of tokens before it in the list.</param>
    public void Add(ApiToken token, int position)
    {
        if (position < Capacity && token.Status != TokenStatus.Revoked)
        {
            Add(token);
        }
    }

    /// <summary>Adds a listed token. If the capacity is reached, the oldest token is removed.</summary>
    public void Add(ApiToken token)
    {
        (string, string) key = (token.Connection, token.Id);
        if (!_tokens.ContainsKey(key))
        {
            _order.Enqueue(key);
            if (_order.Count > Capacity)
            {
                _tokens.Remove(_order.Dequeue());
            }
        }

        _tokens[key] = new ListedToken(token.Connection, token.Id, token.Name, token.Owner);
        if (token.Access is { Count: > 0 } access
            && (!_apis.TryGetValue(token.Connection, out string[]? known) || known.Length != access.Count))
        {
            _apis[token.Connection] = [.. access.Keys];
        }
    }

    /// <summary>Forgets a token that is removed.</summary>
    public void Remove(ApiToken token)
    {
        if (_tokens.ContainsKey((token.Connection, token.Id)))
        {
            _tokens[(token.Connection, token.Id)] = null;
        }
    }

    /// <summary>Adds a listed user, unless the capacity is reached.</summary>
    public void Add(TokenUser user)
    {
        if (_users.Count < Capacity)
        {
            _users[(user.Connection, user.Id)] = user;
        }
    }

    /// <summary>Returns the listed users of connections, and then the owners of the listed tokens.</summary>
    public IEnumerable<TokenUser> UsersOn(string[]? connections)
    {
        NamePattern[]? patterns = PatternsOf(connections);
        return _users.Values.Where(user => IsOn(patterns, user.Connection)).OrderBy(user => user.Id, StringComparer.OrdinalIgnoreCase)
            .Concat(On(connections).Where(token => token.Owner is not null)
                .Select(token => new TokenUser { Connection = token.Connection, Id = token.Owner! }));
    }

    /// <summary>Returns the tokens of connections, specified by name or pattern, newest first; null for all connections.</summary>
    public IEnumerable<ListedToken> On(string[]? connections)
    {
        NamePattern[]? patterns = PatternsOf(connections);
        return _order.Reverse().Select(key => _tokens[key]).OfType<ListedToken>().Where(token => IsOn(patterns, token.Connection));
    }

    /// <summary>Returns the APIs for which the tokens of a connection have access levels.</summary>
    public IEnumerable<string> ApisOf(string connection) => _apis.TryGetValue(connection, out string[]? apis) ? apis : [];

    private static NamePattern[]? PatternsOf(string[]? connections) =>
        connections is null ? null : [.. connections.Select(name => new NamePattern(name))];

    private static bool IsOn(NamePattern[]? patterns, string connection) =>
        patterns is null || Array.Exists(patterns, pattern => pattern.IsMatch(connection));
}

/// <summary>The identifying values of a listed token.</summary>
internal sealed record ListedToken(string Connection, string Id, string Name, string? Owner);
