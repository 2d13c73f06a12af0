namespace ApiTokens.Simulation.Engine;

/// <summary>
/// Lets the main thread and the thread pool run in turn. The pool has one thread (see the project file), so the order of everything
/// that runs on it is the order of its queue, and a simulation is deterministic.
/// </summary>
internal sealed class PoolScheduler : IThreadPoolWorkItem
{
    private readonly AutoResetEvent _poolTurn = new(false);
    private readonly AutoResetEvent _mainTurn = new(false);

    private PoolScheduler()
    {
    }

    /// <summary>Takes control of the thread pool. There is one scheduler in a process.</summary>
    public static PoolScheduler Start()
    {
        ThreadPool.GetMaxThreads(out int workers, out _);
        if (workers != 1)
        {
            throw new InvalidOperationException($"The thread pool has {workers} threads. A simulation requires exactly one.");
        }

        var scheduler = new PoolScheduler();
        ThreadPool.UnsafeQueueUserWorkItem(scheduler, preferLocal: false);
        scheduler._mainTurn.WaitOne();
        return scheduler;
    }

    /// <summary>Queues work for the pool. It runs in the next turn of the pool.</summary>
    public static void Queue(Action work) => ThreadPool.UnsafeQueueUserWorkItem(static state => state(), work, preferLocal: false);

    /// <summary>Lets the pool run until it has nothing left to do.</summary>
    public void RunUntilIdle()
    {
        if (ThreadPool.PendingWorkItemCount > 0)
        {
            _poolTurn.Set();
            _mainTurn.WaitOne();
        }
    }

    /// <summary>
    /// Occupies the thread of the pool while the main thread runs. When it is the pool's turn, this item goes to the end of the queue.
    /// </summary>
    void IThreadPoolWorkItem.Execute()
    {
        if (ThreadPool.PendingWorkItemCount == 0)
        {
            _mainTurn.Set();
            _poolTurn.WaitOne();
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
