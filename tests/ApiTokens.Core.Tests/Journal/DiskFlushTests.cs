using ApiTokens.Journal;

namespace ApiTokens.Core.Tests.Journal;

public sealed class DiskFlushTests : IDisposable
{
    private readonly SlowDisk _disk = new();

    public void Dispose() => _disk.Dispose();

    [Fact]
    public async Task WaitAsync_ManyCallersDuringAFlush_ShareTheNextOne()
    {
        using var flush = new DiskFlush(_disk);
        _disk.Block();
        Task first = Task.Run(flush.WaitAsync);
        await _disk.Flushing.WaitAsync();

        Task[] others = [.. Enumerable.Range(0, 100).Select(_ => flush.WaitAsync())];
        Assert.DoesNotContain(others, task => task.IsCompleted);
        _disk.Unblock();
        await Task.WhenAll([first, .. others]);

        Assert.Equal(2, _disk.Flushes);
    }

    [Fact]
    public async Task WaitAsync_OneAfterTheOther_FlushesEachTime()
    {
        using var flush = new DiskFlush(_disk);

        await flush.WaitAsync();
        await flush.WaitAsync();

        Assert.Equal(2, _disk.Flushes);
    }

    [Fact]
    public async Task WaitAsync_FlushFails_FailsForAllThatWaitAndForLaterOnes()
    {
        using var flush = new DiskFlush(_disk);
        _disk.Block();
        Task first = Task.Run(flush.WaitAsync);
        await _disk.Flushing.WaitAsync();
        Task second = flush.WaitAsync();

        _disk.IsBroken = true;
        _disk.Unblock();

        await Assert.ThrowsAsync<IOException>(() => first);
        await Assert.ThrowsAsync<IOException>(() => second);
        _disk.IsBroken = false;
        var error = await Assert.ThrowsAsync<IOException>(flush.WaitAsync);
        Assert.Equal("The disk is broken.", error.Message);
        Assert.Equal(1, _disk.Flushes);
    }

    // A file whose flush can be held up, counted and broken.
    private sealed class SlowDisk()
        : FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose)
    {
        private readonly ManualResetEventSlim _open = new(true);

        public SemaphoreSlim Flushing { get; } = new(0);

        public int Flushes { get; private set; }

        public bool IsBroken { get; set; }

        public void Block() => _open.Reset();

        public void Unblock() => _open.Set();

        public override void Flush(bool flushToDisk)
        {
            Assert.True(flushToDisk);
            Flushes++;
            Flushing.Release();
            _open.Wait();
            if (IsBroken)
            {
                throw new IOException("The disk is broken.");
            }
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _open?.Dispose();
        }
    }
}
