using System.Buffers;

namespace ApiTokens.Http;

/// <summary>
/// A response body in a buffer of the shared pool. A page of a list is allocated on the large object heap, so allocating each page
/// would cause full collections. The buffer is returned after it was read; a buffer that is not returned is garbage collected.
/// </summary>
internal sealed class PooledBody
{
    private const int InitialSize = 32 * 1024;

    private byte[] _buffer;
    private int _length;

    private PooledBody(byte[] buffer)
    {
        _buffer = buffer;
    }

    public static PooledBody Empty { get; } = new([]);

    /// <summary>The bytes. Do not use them after <see cref="Return"/>.</summary>
    public ReadOnlyMemory<byte> Bytes => new(_buffer, 0, _length);

    /// <summary>Reads a stream to its end, or until <paramref name="maxLength"/> bytes have been read.</summary>
    public static async Task<PooledBody> ReadAsync(Stream stream, CancellationToken cancellationToken, int maxLength = int.MaxValue)
    {
        var body = new PooledBody(ArrayPool<byte>.Shared.Rent(InitialSize));
        while (true)
        {
            int read = await stream.ReadAsync(
                body._buffer, body._length, body._buffer.Length - body._length, cancellationToken).ConfigureAwait(false);
            body._length += read;
            if (read == 0 || body._length >= maxLength)
            {
                return body;
            }

            if (body._length == body._buffer.Length)
            {
                body.Grow();
            }
        }
    }

    /// <summary>Returns the buffer to the pool.</summary>
    public void Return()
    {
        if (_buffer.Length > 0)
        {
            ClearAndReturn();
            _buffer = [];
            _length = 0;
        }
    }

    private void Grow()
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(2 * _buffer.Length);
        Buffer.BlockCopy(_buffer, 0, larger, 0, _length);
        ClearAndReturn();
        _buffer = larger;
    }

    // The pool reuses the buffer, and the body may contain a secret.
    private void ClearAndReturn()
    {
        Array.Clear(_buffer, 0, _length);
        ArrayPool<byte>.Shared.Return(_buffer);
    }
}
