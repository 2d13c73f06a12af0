using System.Buffers;

namespace ApiTokens.Http;

/// <summary>
/// A body in a buffer of the shared pool. A page of a list is too large for the young part of the heap; without the pool each
/// one would cost a full collection before long. It goes back once it was read; one that is forgotten is merely collected.
/// </summary>
internal sealed class PooledBody
{
    private const int FirstSize = 32 * 1024;

    private byte[] _buffer;
    private int _length;

    private PooledBody(byte[] buffer)
    {
        _buffer = buffer;
    }

    public static PooledBody Empty { get; } = new([]);

    /// <summary>The bytes; not to be used after <see cref="Return"/>.</summary>
    public ReadOnlyMemory<byte> Bytes => new(_buffer, 0, _length);

    public static async Task<PooledBody> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var body = new PooledBody(ArrayPool<byte>.Shared.Rent(FirstSize));
        while (true)
        {
            int read = await stream.ReadAsync(body._buffer, body._length, body._buffer.Length - body._length, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return body;
            }

            body._length += read;
            if (body._length == body._buffer.Length)
            {
                body.Grow();
            }
        }
    }

    /// <summary>Gives the buffer back.</summary>
    public void Return()
    {
        if (_buffer.Length > 0)
        {
            GiveBack();
            _buffer = [];
            _length = 0;
        }
    }

    private void Grow()
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(2 * _buffer.Length);
        Buffer.BlockCopy(_buffer, 0, larger, 0, _length);
        GiveBack();
        _buffer = larger;
    }

    // Others get this buffer next, and the body may hold a secret.
    private void GiveBack()
    {
        Array.Clear(_buffer, 0, _length);
        ArrayPool<byte>.Shared.Return(_buffer);
    }
}
