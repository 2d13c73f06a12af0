using System.Collections.Concurrent;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>The tokens that the connections of a run have issued or are issuing. Several connections may use one account.</summary>
internal sealed class IssuedTokens
{
    private readonly ConcurrentDictionary<AccountIdentity, ConcurrentDictionary<IssuedTokenRegistry, bool>> _registries = new();
    private readonly ConcurrentDictionary<(AccountIdentity Account, string Name), bool> _unsettled = new();

    /// <summary>Returns the registry of a connection, and makes it known to the other connections of its account.</summary>
    public IssuedTokenRegistry Of(TokenConnection connection)
    {
        IssuedTokenRegistry registry = IssuedTokenRegistry.Of(connection);
        _registries.GetOrAdd(connection.AccountIdentity, _ => new()).TryAdd(registry, true);
        return registry;
    }

    /// <summary>Determines whether a connection of the account has issued a token, or knows that it existed before.</summary>
    public bool Contains(TokenIdentity token) => OfAccount(token.Account).Any(registry => registry.Contains(token));

    /// <summary>Determines whether a token was delivered and a journal does not show that.</summary>
    public bool IsUnrecorded(TokenIdentity token) => OfAccount(token.Account).Any(registry => registry.IsUnrecorded(token));

    /// <summary>Records that a token with a name may exist, or may be created later, although no search has found it.</summary>
    public void AddUnsettled(AccountIdentity account, string name) => _unsettled.TryAdd((account, name), true);

    /// <summary>
    /// Determines whether a new token with a name may be the one of another request: several are being issued on the account, or the
    /// outcome of an earlier request of the run is unknown.
    /// </summary>
    public bool IsShared(AccountIdentity account, string name) =>
        _unsettled.ContainsKey((account, name)) || OfAccount(account).Sum(registry => registry.CountPending(name)) > 1;

    private ICollection<IssuedTokenRegistry> OfAccount(AccountIdentity account) =>
        _registries.TryGetValue(account, out ConcurrentDictionary<IssuedTokenRegistry, bool>? registries) ? registries.Keys : [];
}
