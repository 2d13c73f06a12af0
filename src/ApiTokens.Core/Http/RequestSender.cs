using System.Net;
using System.Net.Http.Headers;
using Polly;

namespace ApiTokens.Http;

/// <summary>
/// Sends a request: it adds the credential, limits the rate and the size of the response, and retries if that is safe.
/// </summary>
internal sealed class RequestSender
{
    /// <summary>The time that a write which has already been sent may take after cancellation.</summary>
    private static readonly TimeSpan CancellationGracePeriod = TimeSpan.FromSeconds(5);

    // A token is a thousand times smaller. Without this limit, one element could be as large as the limit of a list.
    private const long ElementLimit = 8L * 1024 * 1024;

    // The text of an error is a few hundred characters long. A longer body is cut, and the error then has only the status.
    private const int MaxErrorBody = 256 * 1024;

    private readonly ServiceEndpoint _endpoint;
    private readonly ServiceCredential _credential;
    private readonly ErrorReader _errors;
    private readonly ResiliencePipeline<ServiceResponse> _retry;
    private long _waitUntil;
    private long _lastToWait;

    public RequestSender(ServiceEndpoint endpoint, ServiceCredential credential, ErrorReader errors)
    {
        _endpoint = endpoint;
        _credential = credential;
        _errors = errors;
        _retry = RetryPolicy.Create(endpoint.Time);
        RateLimiter = new AdaptiveRateLimiter(endpoint.Time, endpoint.RequestsPerSecond);
        Clock = new ServiceClock(endpoint.Time);
    }

    /// <summary>The rate limiter of the connection.</summary>
    public AdaptiveRateLimiter RateLimiter { get; }

    /// <summary>The clock of the service.</summary>
    public ServiceClock Clock { get; }

    /// <summary>Sends a request, and returns the response of the last attempt.</summary>
    /// <exception cref="ApiTokenException">No attempt had a complete response.</exception>
    public async Task<ServiceResponse> SendAsync(ServiceRequest request, bool keepOpen, CancellationToken cancellationToken)
    {
        var state = new RequestState(request);
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        context.Properties.Set(RetryPolicy.StateKey, state);
        try
        {
            ServiceResponse response = await _retry.ExecuteAsync(
                async _ => await TryAsync(state, keepOpen, cancellationToken).ConfigureAwait(false), context).ConfigureAwait(false);
            response.EarlierOutcomeUnknown = state.OutcomeUnknown;
            return response;
        }
        catch (TransportException e)
        {
            throw _errors.NoResponse(request, e, state.OutcomeUnknown);
        }
        catch (ResponseTooLargeException e)
        {
            throw _errors.TooLarge(request, e);
        }
        catch (ApiTokenException e) when (request.IsWrite && state.OutcomeUnknown)
        {
            throw ErrorReader.FailedAfterLostResponse(e);
        }
        finally
        {
            CallTrace.Current?.Add(state.Attempts, state.CorrelationId);
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task<ServiceResponse> TryAsync(RequestState state, bool keepOpen, CancellationToken cancellationToken)
    {
        try
        {
            (ServiceResponse response, AuthenticationHeaderValue? header) =
                await AttemptAsync(state, keepOpen, cancellationToken).ConfigureAwait(false);
            if (IsSessionEnded(state, response, header))
            {
                // A 401 proves that the request had no effect, so it is repeated, even a create.
                state.HasNewSession = true;
                response.Body.Return();
                cancellationToken.ThrowIfCancellationRequested();
                (response, _) = await AttemptAsync(state, keepOpen, cancellationToken).ConfigureAwait(false);
            }

            state.OutcomeUnknown |= response.OutcomeUnknown;
            state.CorrelationId = response.CorrelationId ?? state.CorrelationId;
            return response;
        }
        catch (TransportException e)
        {
            state.OutcomeUnknown |= !e.NeverSent;
            throw;
        }
    }

    private bool IsSessionEnded(RequestState state, ServiceResponse response, AuthenticationHeaderValue? header) =>
        response.Status == HttpStatusCode.Unauthorized
        && !state.HasNewSession
        && header is not null
        && (state.Request.Credential ?? _credential).OnRejected(header);

    // The header is returned and not kept, because it contains the secret.
    private async Task<(ServiceResponse Response, AuthenticationHeaderValue? Header)> AttemptAsync(
        RequestState state, bool keepOpen, CancellationToken cancellationToken)
    {
        ServiceRequest request = state.Request;
        state.Attempts++;

        // A login takes time, in which the service may ask to wait.
        using HttpRequestMessage message = await CreateMessageAsync(request, cancellationToken).ConfigureAwait(false);
        RateReservation reservation = await RateLimiter.WaitAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfLongWait(request);

        // Outside the try block: nothing has been sent, so the outcome is known.
        cancellationToken.ThrowIfCancellationRequested();
        using CancellationTokenSource timeout = _endpoint.Time.CreateCancellationTokenSource(_endpoint.Timeout);
        using CancellationTokenSource grace = _endpoint.Time.CreateCancellationTokenSource(Timeout.InfiniteTimeSpan);
        using CancellationTokenRegistration registration = cancellationToken.Register(() => CancelWithGrace(grace, request));
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, grace.Token);
        HttpResponseMessage? response = null;
        int? status = null;
        bool open = false;
        long startedAt = _endpoint.Time.GetTimestamp();
        try
        {
            response = await _endpoint.Http.SendAsync(message, linked.Token).ConfigureAwait(false);
            Clock.Update(response.Headers.Date);
            Stream content = await response.Content.ReadAsStreamAsync().ConfigureAwait(false);
            var body = new ResponseStream(response, content, request.ResponseLimit, _endpoint.Timeout, _endpoint.Time)
            {
                ElementLimit = keepOpen ? ElementLimit : long.MaxValue,
            };
            open = keepOpen && response.IsSuccessStatusCode;
            var result = new ServiceResponse
            {
                Status = response.StatusCode,
                MediaType = response.Content.Headers.ContentType?.MediaType,
                RetryAfter = response.Headers.RetryAfter,
                Date = response.Headers.Date,
                CorrelationId = ForeignText.CorrelationId(
                    Header(response, _endpoint.CorrelationHeader), (request.Credential ?? _credential).Secret),
                OpenBody = open ? body : null,
                Body = open || response.StatusCode == HttpStatusCode.NoContent ? PooledBody.Empty : await PooledBody.ReadAsync(
                    body, linked.Token, response.IsSuccessStatusCode ? int.MaxValue : MaxErrorBody).ConfigureAwait(false),
            };
            status = (int)result.Status;
            UpdateRateLimiter(result, RateLimitHeaders.Read(response.Headers, result.Date ?? _endpoint.Time.GetUtcNow()), reservation);
            return (result, message.Headers.Authorization);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            throw e switch
            {
                ResponseTooLargeException => e,
                _ when grace.IsCancellationRequested && request.IsIdempotent => new OperationCanceledException(cancellationToken),
                _ when grace.IsCancellationRequested => TransportException.Stopped(),
                _ when timeout.IsCancellationRequested => TransportException.Timeout(_endpoint.Timeout),
                TransportException => e,
                _ => TransportException.From(e),
            };
        }
        finally
        {
            RequestLog.Add(message, status, _endpoint.Time.GetElapsedTime(startedAt), state.Attempts);
            if (!open)
            {
                response?.Dispose();
            }
        }
    }

    private void UpdateRateLimiter(ServiceResponse response, RateLimitStatus? status, RateReservation reservation)
    {
        TimeSpan? wait = RetryPolicy.RequestedWait(response, _endpoint.Time);
        if (!response.IsThrottled)
        {
            RateLimiter.OnSuccess(reservation);
        }
        else if (wait is null || wait <= RetryPolicy.MaxWait)
        {
            RateLimiter.OnThrottled(wait, reservation);
        }

        if (status is { } limit)
        {
            RateLimiter.OnStatus(limit, reservation);
        }

        if (RetryPolicy.LongWait(response, _endpoint.Time) is { } longWait)
        {
            // A date may be the last one that the calendar has.
            long now = _endpoint.Time.GetUtcNow().Ticks;
            Interlocked.Exchange(ref _waitUntil, now + Math.Min(longWait.Ticks, DateTimeOffset.MaxValue.Ticks - now));
            Interlocked.Exchange(ref _lastToWait, CallTrace.LastNumber);
        }
    }

    // The service has told another request to wait longer than a run waits. Operations that had started before send nothing more. A
    // later one is a new decision of the user.
    private void ThrowIfLongWait(ServiceRequest request)
    {
        TimeSpan left = TimeSpan.FromTicks(Interlocked.Read(ref _waitUntil) - _endpoint.Time.GetUtcNow().Ticks);
        if (left > TimeSpan.Zero && CallTrace.Current?.Number <= Interlocked.Read(ref _lastToWait))
        {
            throw _errors.LongWait(request, left);
        }
    }

    // A read is cancelled immediately. A write may already have reached the service, so its response is awaited for a short time.
    private static void CancelWithGrace(CancellationTokenSource source, ServiceRequest request)
    {
        if (request.IsWrite)
        {
            source.CancelAfter(CancellationGracePeriod);
        }
        else
        {
            source.Cancel();
        }
    }

    private async Task<HttpRequestMessage> CreateMessageAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        HttpRequestMessage message = request.ToMessage(_endpoint);
        if (!request.Anonymous)
        {
            ServiceCredential credential = request.Credential ?? _credential;
            await credential.AuthenticateAsync(message.Headers, cancellationToken).ConfigureAwait(false);
        }

        return message;
    }

    private static string? Header(HttpResponseMessage response, string? name) =>
        name is not null && response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}
