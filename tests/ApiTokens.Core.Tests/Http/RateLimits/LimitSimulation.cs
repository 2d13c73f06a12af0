namespace ApiTokens.Core.Tests.Http.RateLimits;

/// <summary>
/// A simulation of discrete events: workers that always have another request, a network with jitter, and a service with a limit. The
/// same case has the same result on every machine.
/// </summary>
internal sealed class LimitSimulation
{
    private readonly LimitCase _case;
    private readonly SimulatedClient _client;
    private readonly LimitResult _result;
    private readonly SimulatedLimit _firstLimit;
    private readonly SimulatedLimit? _secondLimit;
    private readonly Worker[] _workers;
    private readonly PriorityQueue<(Event Event, int Worker), double> _events;
    private readonly Queue<int> _blocked = new();
    private readonly Random _random;

    private LimitSimulation(LimitCase run, SimulatedClient client)
    {
        _case = run;
        _client = client;
        _random = new Random(run.Seed);
        _firstLimit = run.CreateLimit(run.Limit, _random);
        _secondLimit = run.ChangedLimit is { } changed ? run.CreateLimit(changed, _random) : null;
        _workers = new Worker[run.Workers];
        _events = new PriorityQueue<(Event Event, int Worker), double>(2 * run.Workers);
        _result = new LimitResult((int)run.Duration);
    }

    private enum Event
    {
        Ready,
        Send,
        Arrive,
        Respond,
        Other,
    }

    public static LimitResult Run(LimitCase run, SimulatedClient client) => new LimitSimulation(run, client).Run();

    private LimitResult Run()
    {
        // With headers, the check of the connection has told the limit before the run.
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i].ReadyAt = _case.SteadyRate > 0 ? i / _case.SteadyRate : double.PositiveInfinity;
            _events.Enqueue((Event.Ready, i), Math.Min(_workers[i].ReadyAt, _case.StartAt + (_case.HasHeaders && i > 0 ? 1 : 0)));
        }

        double interval = 2.0 / _case.Limit;
        double otherAt = _case.OtherFrom + (_random.NextDouble() * interval);
        if (_case.IsShared)
        {
            _events.Enqueue((Event.Other, 0), otherAt);
        }

        while (_events.TryDequeue(out (Event Event, int Worker) next, out double now) && now < _case.Duration)
        {
            ref Worker worker = ref _workers[next.Worker];
            switch (next.Event)
            {
                case Event.Send when !_client.IsStale(now, worker.Stamp):
                    Send(now, next.Worker);
                    break;
                case Event.Ready or Event.Send:
                    Reserve(now, next.Worker);
                    break;
                case Event.Arrive:
                    Arrive(now, next.Worker);
                    break;
                case Event.Respond:
                    Respond(now, next.Worker);
                    break;
                default:
                    LimitAt(now).TryAccept(now);
                    otherAt += interval;
                    double deviation = _case.Latency * _case.Jitter * (_random.NextDouble() - 0.5);
                    _events.Enqueue((Event.Other, 0), Math.Max(now, otherAt + deviation));
                    break;
            }
        }

        return _result;
    }

    private SimulatedLimit LimitAt(double now) => now >= _case.ChangeAt ? _secondLimit! : _firstLimit;

    private void Reserve(double now, int worker)
    {
        double at = _client.Reserve(now, out _workers[worker].Stamp);
        if (double.IsPositiveInfinity(at))
        {
            _blocked.Enqueue(worker);
        }
        else if (at > now || _workers[worker].Stamp < 0)
        {
            _events.Enqueue((Event.Send, worker), at);
        }
        else
        {
            Send(now, worker);
        }
    }

    private void Send(double now, int worker)
    {
        _client.OnSent(now);
        _workers[worker].SentAt = now;
        _events.Enqueue((Event.Arrive, worker), now + OneWay());
    }

    private void Arrive(double now, int index)
    {
        ref Worker worker = ref _workers[index];
        SimulatedLimit limit = LimitAt(now);
        worker.IsAccepted = limit.TryAccept(now);
        worker.RetryAfter = worker.IsAccepted ? null : RetryAfter(limit.WaitTime(now));
        worker.Refusals = worker.IsAccepted ? 0 : worker.Refusals + 1;
        if (_case.HasHeaders)
        {
            (int remaining, double reset) = limit.Status(now);
            worker.Status = (remaining, Math.Ceiling(reset - 1e-6));
        }

        (worker.IsAccepted ? _result.Accepted : _result.Refused)[(int)now]++;
        _events.Enqueue((Event.Respond, index), now + OneWay());
    }

    private void Respond(double now, int index)
    {
        ref Worker worker = ref _workers[index];
        double wait = _client.OnResponse(new SimulatedResponse
        {
            Now = now,
            SentAt = worker.SentAt,
            IsAccepted = worker.IsAccepted,
            RetryAfter = worker.RetryAfter,
            Stamp = worker.Stamp,
            Refusals = worker.Refusals,
            Status = worker.Status,
        });
        for (int i = _blocked.Count; i > 0; i--)
        {
            Reserve(now, _blocked.Dequeue());
        }

        if (now < _case.StartAt)
        {
            worker.ReadyAt += _workers.Length / _case.SteadyRate;
            _events.Enqueue((Event.Ready, index), Math.Min(worker.ReadyAt, _case.StartAt));
        }
        else if (wait > 0)
        {
            _events.Enqueue((Event.Ready, index), now + wait);
        }
        else
        {
            Reserve(now, index);
        }
    }

    private double OneWay() => _case.Latency / 2 * (1 + (_case.Jitter * ((2 * _random.NextDouble()) - 1)));

    private double? RetryAfter(double wait) => _case.RetryAfter switch
    {
        RetryAfterKind.RoundedUp => Math.Ceiling(wait),
        RetryAfterKind.RoundedDown => Math.Floor(wait),
        _ => null,
    };

    private struct Worker
    {
        public double ReadyAt;
        public double SentAt;
        public bool IsAccepted;
        public double? RetryAfter;
        public int Stamp;
        public int Refusals;
        public (double Remaining, double Reset) Status;
    }
}
