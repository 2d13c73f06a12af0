using System.Collections.Concurrent;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Limits how many tokens a run may add to an account whose service caps the number of tokens.</summary>
/// <remarks>The account is counted once per run. Concurrent resets wait until another reset has removed its old token.</remarks>
internal sealed class TokenQuota
{
    private readonly ConcurrentDictionary<TokenConnection, AccountQuota> _quotas = new();

    /// <summary>Reserves quota for one token before it is issued, and waits if a concurrent reset may release some.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="rejected">The beginning of the error, such as "The token 'a' cannot be reset".</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ApiTokenException"><c>TokenLimitReached</c>: no quota is left, and no concurrent reset can release any.</exception>
    internal async Task<QuotaReservation> ReserveAsync(
        TokenConnection connection, string rejected, CancellationToken cancellationToken)
    {
        AccountQuota quota = _quotas.GetOrAdd(connection, _ => new AccountQuota());
        await quota.ReserveAsync(connection, rejected, cancellationToken).ConfigureAwait(false);
        return new QuotaReservation(quota);
    }

    /// <summary>A reservation for one token.</summary>
    internal sealed class QuotaReservation(AccountQuota quota) : IDisposable
    {
        /// <summary>Whether the account has one more token than before, so that the reservation is not released.</summary>
        public bool IsUsed { get; set; }

        /// <summary>Issues the token. The reservation is used, unless it is certain that the token was not created.</summary>
        public async Task<IssuedToken> IssueAsync(Func<Task<IssuedToken>> issue)
        {
            IsUsed = true;
            try
            {
                return await issue().ConfigureAwait(false);
            }
            catch (ApiTokenException e) when (!e.OutcomeUnknown)
            {
                IsUsed = false;
                throw;
            }
        }

        public void Dispose() => quota.Release(IsUsed);
    }

    internal sealed class AccountQuota
    {
        private readonly SemaphoreSlim _countLock = new(1, 1);
        private readonly object _lock = new();
        private bool _counted;
        private int? _free;
        private int _reserved;
        private TaskCompletionSource<bool> _changed = NewSignal();

        public async Task ReserveAsync(TokenConnection connection, string rejected, CancellationToken cancellationToken)
        {
            if (connection.TokenLimit is not { } limit)
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
                        _reserved++;
                        return;
                    }

                    if (_reserved == 0)
                    {
                        throw LimitReached(connection, rejected, limit);
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
                if (_reserved == 0)
                {
                    return;
                }

                _reserved--;
                _free += isUsed ? 0 : 1;
                _changed.TrySetResult(true);
                _changed = NewSignal();
            }
        }

        private static ApiTokenException LimitReached(TokenConnection connection, string rejected, int limit)
        {
            string reason = connection.IsTokenLimitSpecified ? "of this connection" : $"that {connection.Service} documents";
            return new ApiTokenException(
                ErrorKind.LimitsExceeded,
                $"{rejected}: the account {connection.Account} has reached the limit of {limit} tokens {reason}.",
                $"Remove a token that is no longer needed, then try again. "
                    + $"If the account has another limit, connect with {Field.TokenLimit}.",
                ErrorIds.TokenLimitReached);
        }

        // If the account has more tokens than the documented limit, or cannot be counted, the quota is unlimited and the service decides.
        // A limit that was specified applies in any case.
        private async Task CountOnceAsync(TokenConnection connection, int limit, CancellationToken cancellationToken)
        {
            await _countLock.WaitAsync(cancellationToken).ConfigureAwait(false);
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

                _free = count > limit && !connection.IsTokenLimitSpecified ? null : Math.Max(0, limit - count);
                _counted = true;
            }
            catch (ApiTokenException)
            {
                _counted = true;
            }
            finally
            {
                _countLock.Release();
            }
        }

        private static TaskCompletionSource<bool> NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
