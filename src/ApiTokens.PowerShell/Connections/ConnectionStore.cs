using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Connections;

/// <summary>The connections of one runspace, newest last. They go with the runspace and are seen by no other.</summary>
internal sealed class ConnectionStore
{
    private static readonly ConditionalWeakTable<Runspace, ConnectionStore> ByRunspace = new();

    private readonly List<TokenConnection> _connections = [];

    /// <summary>Those of the runspace whose thread this is.</summary>
    public static ConnectionStore Current => ByRunspace.GetOrCreateValue(Runspace.DefaultRunspace);

    public IReadOnlyList<TokenConnection> All => _connections;

    /// <summary>The tokens listed last.</summary>
    public ListedTokens Listed { get; } = new();

    /// <summary>The one in use where none is named.</summary>
    public TokenConnection? Default => _connections.LastOrDefault();

    /// <summary>The Get-ApiToken without any filter that is writing its tokens right now, and the connections that it lists.</summary>
    public (InvocationInfo By, IReadOnlyList<TokenConnection> Of)? WholeList { get; set; }

    /// <summary>Adds a connection; one of the same name is replaced.</summary>
    public void Add(TokenConnection connection)
    {
        _connections.RemoveAll(known => SameName(known.Name, connection.Name));
        _connections.Add(connection);
    }

    public void Remove(TokenConnection connection) => _connections.Remove(connection);

    public TokenConnection? Find(string name) => _connections.Find(connection => SameName(connection.Name, name));

    /// <summary>Those whose name fits a name or a wildcard pattern.</summary>
    public IReadOnlyList<TokenConnection> Match(string pattern)
    {
        var name = new NamePattern(pattern);
        return [.. _connections.Where(connection => name.IsMatch(connection.Name))];
    }

    private static bool SameName(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
