namespace ApiTokens.Simulation.Engine;

/// <summary>The virtual time of a simulation, and everything that will happen in it. It passes when nothing is left to run.</summary>
internal sealed class Timeline(PoolScheduler scheduler)
{
    /// <summary>The virtual time at which every simulation begins.</summary>
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Action, (long Due, long Order)> _events = new();
    private long _order;

    /// <summary>The time since the start.</summary>
    public TimeSpan Now { get; private set; }

    public DateTimeOffset UtcNow => Start + Now;

    /// <summary>Schedules an event of the world. It runs on the main thread, while the pool stands still.</summary>
    public void Schedule(TimeSpan delay, Action action) => ScheduleAt(Now + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero), action);

    public void ScheduleAt(TimeSpan due, Action action) => _events.Enqueue(action, (due.Ticks, _order++));

    /// <summary>Lets the pool run, and time pass, until a condition is met.</summary>
    /// <returns>False if the limit was reached first, or if nothing can happen any more.</returns>
    public bool RunUntil(Func<bool> isMet, TimeSpan limit)
    {
        TimeSpan end = limit == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : Now + limit;
        while (true)
        {
            scheduler.RunUntilIdle();
            if (isMet())
            {
                return true;
            }

            if (!_events.TryPeek(out _, out (long Due, long Order) next) || next.Due > end.Ticks)
            {
                Now = end == TimeSpan.MaxValue ? Now : end;
                return false;
            }

            Action action = _events.Dequeue();
            Now = TimeSpan.FromTicks(Math.Max(Now.Ticks, next.Due));
            action();
        }
    }

    /// <summary>Lets time pass.</summary>
    public void Pass(TimeSpan time) => RunUntil(() => false, time);

    /// <summary>Waits for a task.</summary>
    public T Await<T>(Task<T> task) => RunUntil(() => task.IsCompleted, Timeout.InfiniteTimeSpan)
        ? task.GetAwaiter().GetResult()
        : throw new InvalidOperationException("Nothing can complete the task.");
}
