namespace ApiTokens.Http;

/// <summary>
/// Reads a body up to a limit, counted after decompression, and no longer than a time for each read: a service that sends
/// slowly or without end is an error, not a hang.
/// </summary>
internal sealed class ResponseStream(HttpResponseMessage response, Stream inner, long limit, TimeSpan readTimeout, TimeProvider time) : Stream
{
    private long _read;
    private long _elementStart;

    /// <summary>The most that one element of a list may have; the list as a whole can be longer.</summary>
    public long ElementLimit { get; init; } = long.MaxValue;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _read; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = time.CreateCancellationTokenSource(readTimeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);

        // .NET Framework's network streams do not hear a cancelled token; closing the answer ends their read.
        using CancellationTokenRegistration close = either.Token.Register(response.Dispose);
        try
        {
            int read = await inner.ReadAsync(buffer, offset, count, either.Token).ConfigureAwait(false);
            _read += read;
            return _read > limit ? throw new ResponseTooLargeException(limit)
                : _read - _elementStart > ElementLimit ? throw new ResponseTooLargeException(ElementLimit)
                : read;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception) when (timeout.IsCancellationRequested)
        {
            throw TransportException.Timeout(readTimeout);
        }
        catch (InvalidDataException e)
        {
            // The body is not compressed as its header says, or is damaged on the way.
            throw TransportException.From(e);
        }
    }

    /// <summary>Notes that an element was read whole.</summary>
    public void EndElement() => _elementStart = _read;

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            response.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>A body was longer than its limit.</summary>
internal sealed class ResponseTooLargeException(long limit) : IOException($"The answer is larger than {limit:N0} bytes.");
