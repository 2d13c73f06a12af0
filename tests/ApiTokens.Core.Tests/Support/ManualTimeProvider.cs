namespace ApiTokens.Core.Tests.Support;

/// <summary>
/// A clock that stands still. A timer of up to <see cref="SkipUpTo"/> fires at once, moves the clock by its time and is
/// remembered: so waits take no time. Longer timers fire when <see cref="Advance"/> reaches them.
/// </summary>
internal sealed class ManualTimeProvider(DateTimeOffset? start = null) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<TimeSpan> _waits = [];
    private DateTimeOffset _now = start ?? new DateTimeOffset(2026, 3, 31, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Timers up to this length are waits that nobody wants to sit through. None by default.</summary>
    public TimeSpan SkipUpTo { get; init; } = TimeSpan.Zero;

    /// <summary>Called with the number of the wait, from 1, before it is skipped.</summary>
    public Action<int>? Waiting { get; set; }

    /// <summary>The waits that were skipped.</summary>
    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (_gate)
            {
                return [.. _waits];
            }
        }
    }

    /// <summary>The timers that are set and have not fired.</summary>
    public int Pending
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    /// <summary>Moves the clock and fires what is due.</summary>
    public void Advance(TimeSpan by)
    {
        List<ManualTimer> due;
        lock (_gate)
        {
            _now += by;
            due = [.. _timers.Where(timer => timer.Due <= _now)];
            _timers.RemoveAll(due.Contains);
        }

        due.ForEach(timer => timer.Fire());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private void Set(ManualTimer timer, TimeSpan dueTime)
    {
        bool skip;
        int number;
        lock (_gate)
        {
            _timers.Remove(timer);
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                return;
            }

            timer.Due = _now + dueTime;
            skip = dueTime <= SkipUpTo;
            if (!skip)
            {
                _timers.Add(timer);
                return;
            }

            _waits.Add(dueTime);
            number = _waits.Count;
            _now += dueTime;
        }

        // Not on the caller's stack: who sets a timer does not expect it to have fired before it is known.
        _ = Task.Run(() =>
        {
            Waiting?.Invoke(number);
            timer.Fire();
        });
    }

    private void Forget(ManualTimer timer)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
        }
    }

    private sealed class ManualTimer(ManualTimeProvider clock, Action fire) : ITimer
    {
        private int _disposed;

        public DateTimeOffset Due { get; set; }

        public void Fire()
        {
            if (Volatile.Read(ref _disposed) == 0)
            {
                fire();
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Set(this, dueTime);
            return true;
        }

        public void Dispose()
        {
            Volatile.Write(ref _disposed, 1);
            clock.Forget(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
