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

    public Task<HashSet<string>> GetIdsAsync(TokenConnection connection, CancellationToken cancellationToken) =>
        _snapshots.GetOrAdd(connection, _ => new AccountSnapshot()).TakeAsync(connection.Tokens, cancellationToken);

    private sealed class AccountSnapshot
    {
        private readonly SemaphoreSlim _once = new(1, 1);
        private HashSet<string>? _ids;

        public async Task<HashSet<string>> TakeAsync(ITokenService tokens, CancellationToken cancellationToken)
        {
            await _once.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (_ids is null)
                {
                    var ids = new HashSet<string>(StringComparer.Ordinal);
                    await foreach (ApiToken token in tokens.ListAsync(TokenFilter.Existing, cancellationToken).ConfigureAwait(false))
                    {
                        ids.Add(token.Id);
                    }

                    _ids = ids;
                }

                return _ids;
            }
            finally
            {
                _once.Release();
            }
        }
    }
}
