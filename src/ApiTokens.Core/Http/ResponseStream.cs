namespace ApiTokens.Http;

/// <summary>
/// Reads a response body with a limit on its decompressed size and a timeout for each element of a list, so that a slow or endless
/// response causes an error instead of a hang.
/// </summary>
internal sealed class ResponseStream(HttpResponseMessage response, Stream inner, long limit, TimeSpan readTimeout, TimeProvider time)
    : Stream
{
    private long _read;
    private long _elementStart;
    private TimeSpan _waited;

    /// <summary>The maximum size of one element of a list, in bytes. The list itself can be larger.</summary>
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
        // What counts is the time in which the service sends an element. The caller may take its time between two elements.
        TimeSpan left = readTimeout == Timeout.InfiniteTimeSpan ? readTimeout : Max(readTimeout - _waited, TimeSpan.Zero);
        long start = time.GetTimestamp();
        using CancellationTokenSource timeout = time.CreateCancellationTokenSource(left);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);

        // Network streams of .NET Framework ignore cancellation. Disposing the response ends the read.
        using CancellationTokenRegistration close = linked.Token.Register(response.Dispose);
        try
        {
            int read = await inner.ReadAsync(buffer, offset, count, linked.Token).ConfigureAwait(false);
            _read += read;
            _waited += time.GetElapsedTime(start);
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
            // The body does not match its content encoding, or it was corrupted in transit.
            throw TransportException.From(e);
        }
    }

    /// <summary>Records that an element has been read completely.</summary>
    /// <param name="isProgress">
    /// Whether the next element may take the whole timeout again. A service could send null forever, and the caller would see nothing.
    /// </param>
    public void EndElement(bool isProgress)
    {
        _elementStart = _read;
        _waited = isProgress ? TimeSpan.Zero : _waited;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

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

/// <summary>A response body exceeded its limit.</summary>
internal sealed class ResponseTooLargeException(long limit) :
    IOException(FormattableString.Invariant($"The response is larger than {limit:N0} bytes."));
