using System.Collections.Concurrent;
using ApiTokens.Http;
using ApiTokens.Services;

namespace ApiTokens.Lifecycle;

/// <summary>
/// How many successors an account has room for, where its service limits the number of tokens. Each account is counted once
/// for a run; resets at the same time wait for the room that another's predecessor leaves.
/// </summary>
public sealed class TokenRoom
{
    private readonly ConcurrentDictionary<TokenConnection, Room> _rooms = new();

    /// <summary>Takes the room for one token, before it is issued.</summary>
    /// <exception cref="ApiTokenException"><c>TokenLimitReached</c>: there is none, and none is to be expected.</exception>
    internal async Task<Place> EnterAsync(TokenConnection connection, ApiToken predecessor, CancellationToken stop)
    {
        Room room = _rooms.GetOrAdd(connection, _ => new Room());
        await room.EnterAsync(connection, predecessor, stop).ConfigureAwait(false);
        return new Place(room);
    }

    /// <summary>The room for one token.</summary>
    internal sealed class Place(Room room) : IDisposable
    {
        /// <summary>Whether the account has one token more than before: then the room is used up.</summary>
        public bool IsUsed { get; set; }

        public void Dispose() => room.Leave(IsUsed);
    }

    internal sealed class Room
    {
        private readonly SemaphoreSlim _oneCount = new(1, 1);
        private readonly object _lock = new();
        private bool _counted;
        private int? _free;
        private int _inside;
        private TaskCompletionSource<bool> _changed = NewSignal();

        public async Task EnterAsync(TokenConnection connection, ApiToken predecessor, CancellationToken stop)
        {
            if (connection.Capabilities.TokenLimit is not { } limit)
            {
                return;
            }

            await CountOnceAsync(connection, limit, stop).ConfigureAwait(false);
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
                using (stop.Register(() => stopped.TrySetResult(true)))
                {
                    await Task.WhenAny(changed, stopped.Task).ConfigureAwait(false);
                }

                stop.ThrowIfCancellationRequested();
            }
        }

        public void Leave(bool isUsed)
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
        private async Task CountOnceAsync(TokenConnection connection, int limit, CancellationToken stop)
        {
            await _oneCount.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                if (_counted)
                {
                    return;
                }

                int count = 0;
                await foreach (ApiToken token in connection.Tokens.ListAsync(TokenFilter.Existing, stop).ConfigureAwait(false))
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
