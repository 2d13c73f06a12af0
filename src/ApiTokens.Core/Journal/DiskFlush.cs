namespace ApiTokens.Journal;

/// <summary>Flushes a file to disk. One flush serves all callers that asked before it began.</summary>
/// <param name="file">The file. It has no buffer, so that others can write during a flush.</param>
internal sealed class DiskFlush(FileStream file) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private long _lastRequest;
    private long _lastServed;
    private IOException? _error;

    /// <summary>Waits until everything that was written before the call is on the disk.</summary>
    /// <exception cref="IOException">
    /// A flush failed. Later ones fail too, because the system may report such an error only once.
    /// </exception>
    public async Task WaitAsync()
    {
        long request = Interlocked.Increment(ref _lastRequest);
        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_error is not null)
            {
                throw new IOException(_error.Message, _error);
            }

            if (_lastServed < request)
            {
                long served = Interlocked.Read(ref _lastRequest);
                file.Flush(flushToDisk: true);
                _lastServed = served;
            }
        }
        catch (IOException e)
        {
            _error ??= e;
            throw;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();
}
