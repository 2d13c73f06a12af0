using System.Text;
using ApiTokens.Simulation.Engine;
using ApiTokens.Simulation.Plans;
using Microsoft.Win32.SafeHandles;

namespace ApiTokens.Simulation.World;

/// <summary>
/// A disk with one journal. It knows what a write, a flush and a flush to the disk promise: what survives the death of a process, and
/// what survives a power failure.
/// </summary>
internal sealed class JournalDisk
{
    /// <summary>The content as the operating system shows it. It survives the death of a process.</summary>
    public List<byte> Content { get; } = [];

    /// <summary>The number of bytes that survive a power failure.</summary>
    public int Synced { get; set; }

    /// <summary>Keeps the synced bytes, and some of the others.</summary>
    public void LosePower(Randomness random)
    {
        int kept = Synced + random.Next(Content.Count - Math.Min(Synced, Content.Count) + 1);
        Content.RemoveRange(Math.Min(kept, Content.Count), Content.Count - Math.Min(kept, Content.Count));
    }

    public override string ToString() => Encoding.UTF8.GetString([.. Content]);
}

/// <summary>
/// The open file of a journal. It is a file stream, because the journal flushes only file streams to the disk, and it uses no file.
/// </summary>
internal sealed class JournalFile(JournalDisk disk, RunRecord run, SimulatedWorld world) : FileStream(Device, FileAccess.ReadWrite, 0)
{
    private static readonly SafeFileHandle Device =
        File.OpenHandle(OperatingSystem.IsWindows() ? "NUL" : "/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    private int _position;
    private int _writes;
    private int _flushes;
    private bool _isClosed;

    public override bool CanSeek => true;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override long Length => disk.Content.Count;

    public override long Position
    {
        get => _position;
        set => _position = (int)value;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int read = Math.Min(count, disk.Content.Count - _position);
        disk.Content.CopyTo(_position, buffer, offset, read);
        _position += read;
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        Check();
        _writes++;
        bool dies = world.Reach(InterruptionPoint.JournalWrite, run);
        DiskFailure? failure = run.Plan.Disk is { OnFlush: false } plan && IsWithin(plan, _writes) ? plan : null;
        if (_position > disk.Content.Count)
        {
            // The power is off, and what was not synced is gone.
            throw new KilledException();
        }

        int written = dies || failure is { Torn: true } ? world.Random.Next(count + 1) : failure is not null ? 0 : count;
        Append(buffer.AsSpan(offset, written));
        world.History.Add($"   journal: {Encoding.UTF8.GetString(buffer, offset, written).TrimEnd()}{(written < count ? " (torn)" : "")}");
        Check();
        if (failure is not null)
        {
            throw new IOException("No space left on device");
        }
    }

    public override void Flush() => Flush(flushToDisk: false);

    public override void Flush(bool flushToDisk)
    {
        Check();
        _flushes++;
        if (run.Plan.Disk is { OnFlush: true } plan && IsWithin(plan, _flushes))
        {
            throw new IOException("Input/output error");
        }

        disk.Synced = flushToDisk ? disk.Content.Count : disk.Synced;
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        _position = (int)offset + (origin == SeekOrigin.Begin ? 0 : origin == SeekOrigin.Current ? _position : disk.Content.Count);

    public override void SetLength(long value)
    {
        Check();
        if (run.Plan.Disk is { OnTruncate: true } && value < disk.Content.Count)
        {
            throw new IOException("Input/output error");
        }

        disk.Content.RemoveRange((int)value, disk.Content.Count - (int)value);
        disk.Synced = Math.Min(disk.Synced, (int)value);
    }

#pragma warning disable CA2215 // The handle is shared and stays open.
    protected override void Dispose(bool disposing) => _isClosed = true;
#pragma warning restore CA2215

    private static bool IsWithin(DiskFailure failure, int number) => number >= failure.Write && number < failure.Write + failure.Count;

    private void Check()
    {
        if (run.Process.IsDead)
        {
            throw new KilledException();
        }

        ObjectDisposedException.ThrowIf(_isClosed, this);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            if (_position < disk.Content.Count)
            {
                disk.Content[_position] = value;
            }
            else
            {
                disk.Content.Add(value);
            }

            _position++;
        }
    }
}
