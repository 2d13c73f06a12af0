namespace ApiTokens.Core.Tests.Support;

/// <summary>
/// A fake clock that skips waits and counts timers. A timer of at most <see cref="SkipUpTo"/> is recorded and advances the clock
/// by its duration; longer timers fire when <see cref="FakeTimeProvider.Advance"/> reaches them.
/// </summary>
/// <remarks><see cref="FakeTimeProvider"/> does neither, and nothing would advance it while the code under test waits.</remarks>
internal sealed class TestTimeProvider(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly Dictionary<CountedTimer, TimeSpan> _timers = [];
    private readonly List<TimeSpan> _waits = [];

    public TestTimeProvider()
        : this(new DateTimeOffset(2026, 3, 31, 12, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>The duration of the longest timer that is skipped; zero by default, which skips none.</summary>
    public TimeSpan SkipUpTo { get; init; } = TimeSpan.Zero;

    /// <summary>Called with the number of the wait, from 1, before it is skipped.</summary>
    public Action<int>? Waiting { get; set; }

    /// <summary>The waits that were skipped.</summary>
    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (_waits)
            {
                return [.. _waits];
            }
        }
    }

    /// <summary>The number of timers that are set and have not fired.</summary>
    public int Pending
    {
        get
        {
            lock (_timers)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>Counts the timers that are set for at most this time: waits, but not the time-outs of requests in flight.</summary>
    public int CountPending(TimeSpan longest)
    {
        lock (_timers)
        {
            return _timers.Values.Count(dueTime => dueTime >= TimeSpan.Zero && dueTime <= longest);
        }
    }

    /// <summary>
    /// Advances the clock in small steps until a run ends, but only while all of its operations in flight wait for the clock, so that no
    /// response is outstanding and the time does not depend on how busy the machine is.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="countInFlight">Counts the operations in flight. After the last one, the clock stands still.</param>
    /// <param name="longest">The longest wait of an operation, which is shorter than the time-out of a request.</param>
    public async Task AdvanceUntilAsync(Task run, Func<int> countInFlight, TimeSpan longest)
    {
        while (!run.IsCompleted)
        {
            int inFlight = countInFlight();
            if (inFlight > 0 && CountPending(longest) == inFlight)
            {
                Advance(TimeSpan.FromMilliseconds(1));
            }
            else
            {
                await Task.WhenAny(run, Task.Delay(1));
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new CountedTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private ITimer CreateFakeTimer(Action fire) =>
        base.CreateTimer(_ => fire(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private void Count(CountedTimer timer, TimeSpan? dueTime)
    {
        lock (_timers)
        {
            _timers.Remove(timer);
            if (dueTime is { } pending)
            {
                _timers.Add(timer, pending);
            }
        }
    }

    private void Skip(TimeSpan wait)
    {
        int number;
        lock (_waits)
        {
            _waits.Add(wait);
            number = _waits.Count;
        }

        // On another thread, because code that creates a timer does not expect it to fire before the call returns.
        _ = Task.Run(() =>
        {
            Waiting?.Invoke(number);
            Advance(wait);
        });
    }

    private sealed class CountedTimer : ITimer
    {
        private readonly TestTimeProvider _clock;
        private readonly ITimer _timer;

        public CountedTimer(TestTimeProvider clock, Action callback)
        {
            _clock = clock;
            _timer = clock.CreateFakeTimer(() =>
            {
                clock.Count(this, dueTime: null);
                callback();
            });
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool isSet = dueTime != Timeout.InfiniteTimeSpan;
            _clock.Count(this, isSet ? dueTime : null);
            bool changed = _timer.Change(dueTime, period);
            if (isSet && dueTime <= _clock.SkipUpTo)
            {
                _clock.Skip(dueTime);
            }

            return changed;
        }

        public void Dispose()
        {
            _clock.Count(this, dueTime: null);
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
