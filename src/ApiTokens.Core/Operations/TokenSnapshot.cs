using System.Collections.Concurrent;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// The tokens that existed before a run issued any. None of them is an orphan of this run. Each connection is listed once, when the
/// run first needs its tokens.
/// </summary>
internal sealed class TokenSnapshot
{
    private readonly ConcurrentDictionary<TokenConnection, AccountSnapshot> _snapshots = new();

    public Task<HashSet<TokenIdentity>> GetTokensAsync(TokenConnection connection, CancellationToken cancellationToken) =>
        _snapshots.GetOrAdd(connection, _ => new AccountSnapshot()).TakeAsync(connection, cancellationToken);

    private sealed class AccountSnapshot
    {
        private readonly SemaphoreSlim _once = new(1, 1);
        private HashSet<TokenIdentity>? _tokens;

        public async Task<HashSet<TokenIdentity>> TakeAsync(TokenConnection connection, CancellationToken cancellationToken)
        {
            await _once.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (_tokens is null)
                {
                    var tokens = new HashSet<TokenIdentity>();
                    await foreach (ApiToken token in connection.Tokens.ListAsync(TokenFilter.Existing, cancellationToken)
                        .ConfigureAwait(false))
                    {
                        tokens.Add(connection.GetIdentity(token.Id));
                    }

                    _tokens = tokens;
                }

                return _tokens;
            }
            finally
            {
                _once.Release();
            }
        }
    }
}
