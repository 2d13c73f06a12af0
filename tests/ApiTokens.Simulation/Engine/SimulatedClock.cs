namespace ApiTokens.Simulation.Engine;

/// <summary>The clock of one process. Its timers die with the process.</summary>
internal sealed class SimulatedClock(Timeline timeline) : TimeProvider
{
    /// <summary>Whether the process was killed.</summary>
    public bool IsDead { get; set; }

    /// <summary>The number of timers that are set.</summary>
    public int ActiveTimers { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => timeline.UtcNow;

    public override long GetTimestamp() => timeline.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class SimulatedTimer(SimulatedClock clock, TimerCallback callback, object? state) : ITimer
    {
        private int _version;
        private bool _isSet;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            int version = ++_version;
            Set(dueTime != Timeout.InfiniteTimeSpan);
            if (_isSet)
            {
                clock.Schedule(dueTime, () => Fire(version));
            }

            return true;
        }

        public void Dispose()
        {
            _version++;
            Set(false);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        // As in .NET, the callback runs on the pool.
        private void Fire(int version)
        {
            if (version == _version && !clock.IsDead)
            {
                Set(false);
                PoolScheduler.Queue(() => callback(state));
            }
        }

        private void Set(bool isSet)
        {
            clock.ActiveTimers += (isSet ? 1 : 0) - (_isSet ? 1 : 0);
            _isSet = isSet;
        }
    }

    private void Schedule(TimeSpan delay, Action action) => timeline.Schedule(delay, action);
}
