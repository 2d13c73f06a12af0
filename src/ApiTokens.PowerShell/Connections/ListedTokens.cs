namespace ApiTokens.PowerShell.Connections;

/// <summary>The tokens that this runspace listed last, for completing what a user types. A bounded number, and only what names them.</summary>
internal sealed class ListedTokens
{
    private const int Most = 2000;

    private readonly Dictionary<(string Connection, string Id), ListedToken> _tokens = [];
    private readonly Queue<(string Connection, string Id)> _order = new();
    private readonly Dictionary<string, string[]> _apis = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Notes a token that was listed; the oldest is forgotten for it.</summary>
    public void Note(ApiToken token)
    {
        (string, string) key = (token.Connection, token.Id);
        if (!_tokens.ContainsKey(key))
        {
            _order.Enqueue(key);
            if (_order.Count > Most)
            {
                _tokens.Remove(_order.Dequeue());
            }
        }

        _tokens[key] = new ListedToken(token.Connection, token.Id, token.Name);
        if (token.Access is { Count: > 0 } access && (!_apis.TryGetValue(token.Connection, out string[]? known) || known.Length != access.Count))
        {
            _apis[token.Connection] = [.. access.Keys];
        }
    }

    /// <summary>Those of some connections, by name or pattern, or of all; the newest first.</summary>
    public IEnumerable<ListedToken> On(string[]? connections)
    {
        NamePattern[]? patterns = connections is null ? null : [.. connections.Select(name => new NamePattern(name))];
        return _order.Reverse().Select(key => _tokens[key]).Where(token => patterns is null || patterns.Any(pattern => pattern.IsMatch(token.Connection)));
    }

    /// <summary>The APIs that the tokens of a connection have access levels for.</summary>
    public IEnumerable<string> ApisOf(string connection) => _apis.TryGetValue(connection, out string[]? apis) ? apis : [];
}

/// <summary>What names a token.</summary>
internal sealed record ListedToken(string Connection, string Id, string Name);
