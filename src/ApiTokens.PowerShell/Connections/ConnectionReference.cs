using System.Management.Automation;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Connections;

/// <summary>The value of <c>-Connection</c>: a connection, its name, or a wildcard pattern.</summary>
public sealed class ConnectionReference
{
    /// <summary>Refers to a connection by name or pattern.</summary>
    /// <param name="name">The name or pattern.</param>
    public ConnectionReference(string name)
    {
        Name = name;
    }

    /// <summary>Refers to a connection, possibly of another runspace.</summary>
    /// <param name="connection">The connection.</param>
    public ConnectionReference(TokenConnection connection)
    {
        Name = connection.Name;
        Connection = connection;
    }

    /// <summary>Refers to a connection by an object with a property Name, such as a deserialized connection.</summary>
    /// <param name="value">The object.</param>
    public ConnectionReference(PSObject value)
    {
        Connection = value.BaseObject as TokenConnection;
        Name = Connection?.Name ?? value.Properties["Name"]?.Value as string ?? value.BaseObject.ToString();
    }

    /// <summary>The name or pattern.</summary>
    public string Name { get; }

    internal TokenConnection? Connection { get; }

    /// <summary>Returns the name or pattern.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;

    internal IReadOnlyList<TokenConnection> Resolve(ConnectionStore store) => Connection is null ? store.Match(Name) : [Connection];
}
