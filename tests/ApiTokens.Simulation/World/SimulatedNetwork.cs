using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ApiTokens.Simulation.Engine;
using ApiTokens.Simulation.Plans;

namespace ApiTokens.Simulation.World;

/// <summary>The network and the services behind it, in place of the sockets.</summary>
internal sealed class SimulatedNetwork(SimulatedWorld world)
{
    private static readonly AsyncLocal<(Process, RunRecord?, OperationRecord?, int)> Sender = new();

    private readonly Dictionary<(int Account, RequestKind Kind), int> _counts = [];

    public List<Exchange> Exchanges { get; } = [];

    /// <summary>Whether the faults of the plan still happen.</summary>
    public bool HasFaults { get; set; } = true;

    /// <summary>Requests that follow come from this sender, also when they continue on the pool.</summary>
    public static void SetSender(Process process, RunRecord? run, OperationRecord? operation, int connection) =>
        Sender.Value = (process, run, operation, connection);

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        (Process process, RunRecord? run, OperationRecord? operation, int connection) = Sender.Value;
        var answer = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!process.IsDead)
        {
            Exchange exchange = Open(message, process, operation, connection);
            Deliver(exchange, answer);
            if (run is not null)
            {
                world.Reach(InterruptionPoint.Request, run);
            }
        }

        using CancellationTokenRegistration registration =
            cancellationToken.Register(() => answer.TrySetCanceled(cancellationToken), useSynchronizationContext: false);
        return await answer.Task.ConfigureAwait(false);
    }

    private Exchange Open(HttpRequestMessage message, Process process, OperationRecord? operation, int connection)
    {
        ServiceModel service = world.Services.Find(candidate => candidate.BaseUri.Host == message.RequestUri!.Host)!;
        ModelRequest request = Parse(service, message);
        int count = Count(service, request.Kind);
        int any = Count(service, RequestKind.Unknown);
        var exchange = new Exchange
        {
            Number = Exchanges.Count,
            Request = request,
            Service = service,
            Operation = operation,
            Process = process,
            Connection = connection,
            Fault = HasFaults ? FindFault(service, request.Kind, count, any) : null,
            SentOn = world.Timeline.Now,
        };
        Exchanges.Add(exchange);
        world.History.Add(
            $"{exchange} from {connection} for {operation?.ToString() ?? "nothing"}"
            + $"{(exchange.Fault is { } fault ? $" [{fault.Kind}]" : "")}");
        if (HasFaults)
        {
            foreach (PersonPlan other in world.Plan.Others.Where(
                other => other.Account == service.Plan.Index && other.Number == (other.After == RequestKind.Unknown ? any : count)
                    && (other.After == RequestKind.Unknown || other.After == request.Kind)))
            {
                world.Timeline.Schedule(other.Delay, () => Change(service, other));
            }
        }

        return exchange;
    }

    private void Change(ServiceModel service, PersonPlan other)
    {
        if (other.Kind == RequestKind.Create)
        {
            ModelToken token = service.AddToken(other.Name, service.OtherUser, TimeSpan.Zero);
            world.History.Add($"   somebody else: Create {token}");
            return;
        }

        service.ChangeByOther(other.Kind, world.InitialTokens[service.Plan.Index][other.Token], other.Name);
    }

    private static ModelRequest Parse(ServiceModel service, HttpRequestMessage message)
    {
        Uri uri = message.RequestUri!;
        string[] path = [.. uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        Dictionary<string, string> query = uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]));
        JsonElement body = default;
        if (message.Content is { } content)
        {
            using var reader = new StreamReader(content.ReadAsStream());
            using var document = JsonDocument.Parse(reader.ReadToEnd());
            body = document.RootElement.Clone();
        }

        return service.Parse(message.Method.Method, path, query, body) with
        {
            Credential = message.Headers.Authorization?.Parameter
                ?? (message.Headers.TryGetValues("standAloneToken", out IEnumerable<string>? values) ? values.First() : string.Empty),
        };
    }

    private void Deliver(Exchange exchange, TaskCompletionSource<HttpResponseMessage> answer)
    {
        var random = Randomness.For(world.Plan.Seed, 1000 + (ulong)exchange.Number);
        TimeSpan there = random.Milliseconds(1, world.Plan.MaxLatency);
        TimeSpan back = random.Milliseconds(1, world.Plan.MaxLatency);
        FaultPlan? fault = exchange.Fault;
        switch (fault?.Kind)
        {
            case FaultKind.ConnectionRefused:
                Fail(there, new SocketException((int)SocketError.ConnectionRefused));
                break;
            case FaultKind.LostRequest:
                Fail(there + back, new IOException("Connection reset by peer"));
                break;
            case FaultKind.LostResponse:
                world.Timeline.Schedule(there, () => Process(exchange));
                Fail(there + back, new IOException("Connection reset by peer"));
                break;
            case FaultKind.NoResponse:
                world.Timeline.Schedule(there, () => _ = fault.ReachesService ? Process(exchange) : null);
                break;
            case FaultKind.LateEffect:
                world.Timeline.Schedule(there + fault.Time, () => Process(exchange));
                Fail(there + back, new IOException("Connection reset by peer"));
                break;
            default:
                world.Timeline.Schedule(there, () =>
                {
                    ModelResponse response = Faults.Respond(exchange, world.Timeline, () => Process(exchange));
                    world.Timeline.Schedule(
                        fault?.Kind == FaultKind.LateResponse ? fault.Time : back, () => Answer(exchange, response, answer));
                });
                break;
        }

        void Fail(TimeSpan after, Exception error) => world.Timeline.Schedule(after, () =>
        {
            if (!exchange.Process.IsDead)
            {
                world.History.Add($"   {exchange}: {error.Message}");
                answer.TrySetException(new HttpRequestException(error.Message, error));
            }
        });
    }

    private ModelResponse Process(Exchange exchange) => exchange.Service.Process(exchange.Request, exchange);

    private void Answer(Exchange exchange, ModelResponse response, TaskCompletionSource<HttpResponseMessage> answer)
    {
        if (exchange.Process.IsDead)
        {
            return;
        }

        byte[] body = Encoding.UTF8.GetBytes(response.Body);
        var message = new HttpResponseMessage(response.Status)
        {
            Content = new StreamContent(response.IsTruncated ? new TruncatedStream(body, body.Length / 2) : new MemoryStream(body)),
        };
        message.Headers.Date = exchange.Service.Now;
        if (body.Length > 0)
        {
            message.Content.Headers.TryAddWithoutValidation("Content-Type", response.MediaType);
        }

        if (response.RetryAfter is { } wait)
        {
            message.Headers.TryAddWithoutValidation("Retry-After", wait);
        }

        if (answer.TrySetResult(message))
        {
            exchange.AnsweredOn = world.Timeline.Now;
            exchange.AnsweredBefore = Exchanges.Count;
            exchange.Response = response;
            world.History.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"   {exchange}: {(int)response.Status}{(response.RetryAfter is { } after ? $" Retry-After {after}" : "")}"));
        }
    }

    private int Count(ServiceModel service, RequestKind kind) =>
        _counts[(service.Plan.Index, kind)] = _counts.GetValueOrDefault((service.Plan.Index, kind)) + 1;

    private FaultPlan? FindFault(ServiceModel service, RequestKind kind, int count, int any) => world.Plan.Faults.FirstOrDefault(fault =>
        fault.Account == service.Plan.Index && (fault.Target == RequestKind.Unknown || fault.Target == kind)
        && (fault.Target == RequestKind.Unknown ? any : count) is var number
        && number >= fault.Number && number < fault.Number + fault.Count
        && (kind == RequestKind.Create || fault.Kind is not (FaultKind.BrokenSecret or FaultKind.MissingSecret)));

    /// <summary>A body that breaks off.</summary>
    private sealed class TruncatedStream(byte[] body, int length) : MemoryStream(body, 0, length)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, count) is > 0 and var read ? read : throw new IOException("The response ended prematurely.");

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            Task.FromResult(Read(buffer, offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = base.Read(buffer.Span);
            return read > 0 ? new(read) : throw new IOException("The response ended prematurely.");
        }
    }
}

/// <summary>Passes the requests of the process to the network of the current simulation.</summary>
internal sealed class SimulatedSockets : HttpMessageHandler
{
    public static SimulatedNetwork? Network { get; set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Network!.SendAsync(request, cancellationToken);

#pragma warning disable CA2215 // The factory of clients disposes handlers after some minutes, and this one is used again.
    protected override void Dispose(bool disposing)
    {
    }
#pragma warning restore CA2215
}
