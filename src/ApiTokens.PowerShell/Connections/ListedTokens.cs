namespace ApiTokens.PowerShell.Connections;

/// <summary>The ids and names of the tokens that this runspace listed most recently, for completion. The number is limited.</summary>
internal sealed class ListedTokens
{
    private const int Capacity = 2000;

    private readonly Dictionary<(string Connection, string Id), ListedToken> _tokens = [];
    private readonly Queue<(string Connection, string Id)> _order = new();
    private readonly Dictionary<string, string[]> _apis = new(StringComparer.OrdinalIgnoreCase);

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

        _tokens[key] = new ListedToken(token.Connection, token.Id, token.Name);
        if (token.Access is { Count: > 0 } access
            && (!_apis.TryGetValue(token.Connection, out string[]? known) || known.Length != access.Count))
        {
            _apis[token.Connection] = [.. access.Keys];
        }
    }

    /// <summary>Returns the tokens of connections, specified by name or pattern, newest first; null for all connections.</summary>
    public IEnumerable<ListedToken> On(string[]? connections)
    {
        NamePattern[]? patterns = connections is null ? null : [.. connections.Select(name => new NamePattern(name))];
        return _order.Reverse()
            .Select(key => _tokens[key])
            .Where(token => patterns is null || patterns.Any(pattern => pattern.IsMatch(token.Connection)));
    }

    /// <summary>Returns the APIs for which the tokens of a connection have access levels.</summary>
    public IEnumerable<string> ApisOf(string connection) => _apis.TryGetValue(connection, out string[]? apis) ? apis : [];
}

/// <summary>The identifying values of a listed token.</summary>
internal sealed record ListedToken(string Connection, string Id, string Name);
