using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace ApiTokens.Benchmarks;

/// <summary>
/// A TCP relay that delays each direction, like a network with a distance. The order of the data is kept, and the throughput is
/// limited only by <see cref="WindowSize"/> bytes in flight for each direction of a connection.
/// </summary>
public sealed class DelayRelay : IDisposable
{
    /// <summary>The maximum number of bytes in flight in one direction of a connection: 4 MB, 80 MB/s at 50 ms.</summary>
    public const int WindowSize = MaxChunks * ChunkSize;

    private const int ChunkSize = 16 * 1024;
    private const int MaxChunks = 256;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly IPEndPoint _target;
    private readonly TimeSpan _delay;
    private int _connections;

    /// <summary>Starts to listen on a free port of loopback.</summary>
    /// <param name="targetPort">The port of the server on loopback.</param>
    /// <param name="delay">The delay of each direction; half of the round trip.</param>
    public DelayRelay(int targetPort, TimeSpan delay)
    {
        _target = new IPEndPoint(IPAddress.Loopback, targetPort);
        _delay = delay;
        _listener.Start(backlog: 512);
        _ = AcceptAsync();
    }

    /// <summary>The port on which the relay listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The number of connections that were made.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Stops listening and closes all connections.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_stop.Token).ConfigureAwait(false);
                Interlocked.Increment(ref _connections);
                _ = ConnectAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The relay was stopped.
        }
    }

    // The system accepts a connection before the relay does, without a delay. So the first data waits for the round trip that the
    // handshake of TCP takes at a distance.
    private async Task ConnectAsync(Socket client)
    {
        using (client)
        using (var server = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            try
            {
                long accepted = Stopwatch.GetTimestamp();
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(_target, _stop.Token).ConfigureAwait(false);
                await Task.WhenAll(
                    RelayAsync(client, server, accepted + Ticks(2 * _delay)), RelayAsync(server, client, 0)).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // One side closed or reset the connection, so the other one is closed too.
            }
        }
    }

    private async Task RelayAsync(Socket source, Socket destination, long earliest)
    {
        try
        {
            await ForwardAsync(source, destination, earliest).ConfigureAwait(false);
        }
        catch
        {
            // Ends the other direction too.
            source.Dispose();
            destination.Dispose();
            throw;
        }
    }

    private async Task ForwardAsync(Socket source, Socket destination, long earliest)
    {
        var inFlight = Channel.CreateBounded<Chunk>(
            new BoundedChannelOptions(MaxChunks) { SingleReader = true, SingleWriter = true });
        Task reading = ReadAsync(source, earliest, inFlight.Writer);
        await foreach (Chunk chunk in inFlight.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
        {
            await WaitUntilAsync(chunk.Due).ConfigureAwait(false);
            for (ReadOnlyMemory<byte> left = chunk.Data; left.Length > 0;)
            {
                left = left[await destination.SendAsync(left, _stop.Token).ConfigureAwait(false)..];
            }
        }

        await reading.ConfigureAwait(false);
        destination.Shutdown(SocketShutdown.Send);
    }

    private async Task ReadAsync(Socket source, long earliest, ChannelWriter<Chunk> inFlight)
    {
        try
        {
            byte[] buffer = new byte[ChunkSize];
            while (await source.ReceiveAsync(buffer.AsMemory(), _stop.Token).ConfigureAwait(false) is > 0 and var count)
            {
                long due = Math.Max(Stopwatch.GetTimestamp(), earliest) + Ticks(_delay);
                await inFlight.WriteAsync(new Chunk(due, buffer.AsSpan(0, count).ToArray()), _stop.Token).ConfigureAwait(false);
            }

            inFlight.Complete();
        }
        catch (Exception e)
        {
            inFlight.Complete(e);
        }
    }

    private async Task WaitUntilAsync(long due)
    {
        // Timers may fire early by part of a millisecond.
        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } left)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), _stop.Token).ConfigureAwait(false);
        }
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private readonly record struct Chunk(long Due, byte[] Data);
}
