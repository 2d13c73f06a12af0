using System.Collections.Concurrent;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// How many successors an account has room for, where its service limits the number of tokens. Each account is counted once
/// for a run; resets at the same time wait for the room that another's predecessor leaves.
/// </summary>
internal sealed class TokenQuota
{
    private readonly ConcurrentDictionary<TokenConnection, AccountQuota> _rooms = new();

    /// <summary>Takes the room for one token, before it is issued.</summary>
    /// <exception cref="ApiTokenException"><c>TokenLimitReached</c>: there is none, and none is to be expected.</exception>
    internal async Task<QuotaReservation> ReserveAsync(TokenConnection connection, ApiToken predecessor, CancellationToken cancellationToken)
    {
        AccountQuota room = _rooms.GetOrAdd(connection, _ => new AccountQuota());
        await room.ReserveAsync(connection, predecessor, cancellationToken).ConfigureAwait(false);
        return new QuotaReservation(room);
    }

    /// <summary>The room for one token.</summary>
    internal sealed class QuotaReservation(AccountQuota room) : IDisposable
    {
        /// <summary>Whether the account has one token more than before: then the room is used up.</summary>
        public bool IsUsed { get; set; }

        public void Dispose() => room.Release(IsUsed);
    }

    internal sealed class AccountQuota
    {
        private readonly SemaphoreSlim _oneCount = new(1, 1);
        private readonly object _lock = new();
        private bool _counted;
        private int? _free;
        private int _inside;
        private TaskCompletionSource<bool> _changed = NewSignal();

        public async Task ReserveAsync(TokenConnection connection, ApiToken predecessor, CancellationToken cancellationToken)
        {
            if (connection.Capabilities.TokenLimit is not { } limit)
            {
                return;
            }

            await CountOnceAsync(connection, limit, cancellationToken).ConfigureAwait(false);
            while (true)
            {
                Task changed;
                lock (_lock)
                {
                    if (_free is null or > 0)
                    {
                        _free--;
                        _inside++;
                        return;
                    }

                    if (_inside == 0)
                    {
                        throw new ApiTokenException(
                            ErrorKind.LimitsExceeded,
                            $"The account {connection.Account} has {limit} tokens, as many as {connection.Service} documents to be allowed: there is no room for a successor of the token {predecessor}.",
                            "Remove a token that is not needed, and reset again.",
                            ErrorIds.TokenLimitReached);
                    }

                    changed = _changed.Task;
                }

                TaskCompletionSource<bool> stopped = NewSignal();
                using (cancellationToken.Register(() => stopped.TrySetResult(true)))
                {
                    await Task.WhenAny(changed, stopped.Task).ConfigureAwait(false);
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        public void Release(bool isUsed)
        {
            lock (_lock)
            {
                if (_inside == 0)
                {
                    return;
                }

                _inside--;
                _free += isUsed ? 0 : 1;
                _changed.TrySetResult(true);
                _changed = NewSignal();
            }
        }

        // An account with more than the documented number evidently has another limit, and one that cannot be counted may
        // have: then the service itself will judge.
        private async Task CountOnceAsync(TokenConnection connection, int limit, CancellationToken cancellationToken)
        {
            await _oneCount.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (_counted)
                {
                    return;
                }

                int count = 0;
                await foreach (ApiToken token in connection.Tokens.ListAsync(TokenFilter.Existing, cancellationToken).ConfigureAwait(false))
                {
                    count += token.Status == TokenStatus.Expired ? 0 : 1;
                }

                _free = count > limit ? null : limit - count;
                _counted = true;
            }
            catch (ApiTokenException)
            {
                _counted = true;
            }
            finally
            {
                _oneCount.Release();
            }
        }

        private static TaskCompletionSource<bool> NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
