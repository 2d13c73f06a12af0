using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Connections;

/// <summary>The connections of one runspace, newest last. Other runspaces cannot access them.</summary>
internal sealed class ConnectionStore
{
    private static readonly ConditionalWeakTable<Runspace, ConnectionStore> ByRunspace = new();

    private readonly List<TokenConnection> _connections = [];
    private string? _chosenDefault;

    /// <summary>The connections of the current runspace.</summary>
    public static ConnectionStore Current => ByRunspace.GetOrCreateValue(Runspace.DefaultRunspace);

    public IReadOnlyList<TokenConnection> All => _connections;

    /// <summary>The most recently listed tokens.</summary>
    public ListedTokens Listed { get; } = new();

    /// <summary>The default connection: the one that Set-ApiTokenService chose, otherwise the newest.</summary>
    public TokenConnection? Default
    {
        get => _chosenDefault is { } name && Find(name) is { } chosen ? chosen : _connections.LastOrDefault();
        set => _chosenDefault = value?.Name;
    }

    /// <summary>The running Get-ApiToken without a filter, and the connections that it lists; null if there is none.</summary>
    public (InvocationInfo Invocation, IReadOnlyList<TokenConnection> Connections)? UnfilteredList { get; set; }

    /// <summary>Adds a connection. A connection with the same name is replaced.</summary>
    public void Add(TokenConnection connection)
    {
        _connections.RemoveAll(known => SameName(known.Name, connection.Name));
        _connections.Add(connection);
    }

    public void Remove(TokenConnection connection)
    {
        _connections.Remove(connection);
        _chosenDefault = _chosenDefault is { } name && SameName(name, connection.Name) ? null : _chosenDefault;
    }

    public TokenConnection? Find(string name) => _connections.Find(connection => SameName(connection.Name, name));

    /// <summary>Returns the connections whose name matches a name or a wildcard pattern.</summary>
    public IReadOnlyList<TokenConnection> Match(string pattern)
    {
        var name = new NamePattern(pattern);
        return [.. _connections.Where(connection => name.IsMatch(connection.Name))];
    }

    private static bool SameName(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
