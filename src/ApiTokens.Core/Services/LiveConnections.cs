namespace ApiTokens.Services;

/// <summary>
/// The connections of this process that are in use, in whatever runspace. It is only for a secret that is replaced: the others that have
/// the same secret would stop working.
/// </summary>
internal static class LiveConnections
{
    private static readonly List<WeakReference<TokenConnection>> Connections = [];

    public static void Add(TokenConnection connection)
    {
        lock (Connections)
        {
            Connections.RemoveAll(reference => !reference.TryGetTarget(out _));
            Connections.Add(new WeakReference<TokenConnection>(connection));
        }
    }

    /// <summary>Returns a connection and the others to the same account that use the same secret.</summary>
    public static IReadOnlyList<TokenConnection> SharingSecretOf(TokenConnection connection)
    {
        lock (Connections)
        {
            return
            [
                connection,
                .. Connections.Select(reference => reference.TryGetTarget(out TokenConnection? other) ? other : null)
                    .OfType<TokenConnection>()
                    .Where(other => other != connection && other.AccountIdentity.Equals(connection.AccountIdentity)
                        && connection.Tokens.SharesSecretWith(other.Tokens)),
            ];
        }
    }
}
