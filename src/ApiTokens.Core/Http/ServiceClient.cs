using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly;

namespace ApiTokens.Http;

/// <summary>
/// Sends every request of a connection: it authenticates the request, limits the rate, retries if that is safe, limits the size of
/// the response, and returns an object or throws an <see cref="ApiTokenException"/> without secrets.
/// </summary>
internal sealed class ServiceClient
{
    /// <summary>The time that a write which has already been sent may take after cancellation.</summary>
    private static readonly TimeSpan CancellationGracePeriod = TimeSpan.FromSeconds(5);

    // A token is a thousand times smaller. Without this limit, one element could be as large as the limit of a list.
    private const long ElementLimit = 8L * 1024 * 1024;

    private readonly ServiceEndpoint _endpoint;
    private readonly ServiceCredential _credential;
    private readonly ResiliencePipeline<ServiceResponse> _retry;
    private readonly ErrorReader _errors;

    public ServiceClient(ServiceEndpoint endpoint, ServiceCredential credential)
    {
        _endpoint = endpoint;
        _credential = credential;
        _retry = RetryPolicy.Create(endpoint.Time);
        RateLimiter = new AdaptiveRateLimiter(endpoint.Time, endpoint.RequestsPerSecond);
        _errors = new ErrorReader(endpoint, new Redactor(() => credential.Secret));
    }

    /// <summary>The rate limiter of the connection.</summary>
    public AdaptiveRateLimiter RateLimiter { get; }

    /// <summary>Creates a client for requests with the credential in the body, such as a login.</summary>
    public static ServiceClient Anonymous(ServiceEndpoint endpoint, System.Security.SecureString secretToRedact) =>
        new(endpoint, new SecretCredential("Bearer", secretToRedact));

    /// <summary>Sends a request and deserializes its JSON response.</summary>
    public async Task<T> GetAsync<T>(ServiceRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        ServiceResponse response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return Read(request, response, type)
            ?? throw ApiTokenException.InvalidResult(
                $"{_endpoint.Service} returned an empty response to the request to {request.Purpose}.", request.IsWrite);
    }

    /// <summary>
    /// Sends a request and deserializes its response if that is JSON. Some services do not document the response to a change.
    /// </summary>
    public async Task<T?> TryGetAsync<T>(ServiceRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        ServiceResponse response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            return response.Body.Bytes.IsEmpty ? null : JsonSerializer.Deserialize(response.Body.Bytes.Span, type);
        }
        catch (JsonException)
        {
            return null;
        }
        finally
        {
            response.Body.Return();
        }
    }

    /// <summary>
    /// Sends a request. Any 2xx is a success. With <paramref name="treatNotFoundAsSuccess"/>, a 404 is also a success if an earlier
    /// attempt may have succeeded.
    /// </summary>
    public async Task<ServiceResponse> SendAsync(
        ServiceRequest request, CancellationToken cancellationToken, bool treatNotFoundAsSuccess = false)
    {
        ServiceResponse response = await ExecuteAsync(request, keepOpen: false, cancellationToken).ConfigureAwait(false);
        bool gone = treatNotFoundAsSuccess && response is { EarlierOutcomeUnknown: true, Status: System.Net.HttpStatusCode.NotFound };
        return response switch
        {
            { IsSuccess: true, IsWebPage: true } => throw _errors.WebPage(request),
            { IsSuccess: true } => response,
            _ => gone ? response : throw _errors.CreateException(request, response),
        };
    }

    /// <summary>Reads a JSON array of any length element by element.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        ServiceRequest request, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ServiceResponse response = await ExecuteAsync(request, keepOpen: true, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccess)
        {
            throw _errors.CreateException(request, response);
        }

        using ResponseStream body = response.OpenBody!;
        IAsyncEnumerator<T?> items =
            JsonSerializer.DeserializeAsyncEnumerable(body, type, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (await NextAsync(request, items, cancellationToken).ConfigureAwait(false))
            {
                body.EndElement();
                if (items.Current is { } item)
                {
                    yield return item;
                }
            }
        }
        finally
        {
            await items.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> NextAsync<T>(ServiceRequest request, IAsyncEnumerator<T?> items, CancellationToken cancellationToken)
    {
        try
        {
            return await items.MoveNextAsync().ConfigureAwait(false);
        }
        catch (JsonException e)
        {
            throw _errors.NotJson(request, e);
        }
        catch (ResponseTooLargeException e)
        {
            throw _errors.TooLarge(request, e);
        }
        catch (Exception e) when (
            e is IOException or HttpRequestException or ObjectDisposedException && !cancellationToken.IsCancellationRequested)
        {
            throw _errors.NoResponse(request, e as TransportException ?? TransportException.From(e), outcomeUnknown: true);
        }
    }

    private T? Read<T>(ServiceRequest request, ServiceResponse response, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(response.Body.Bytes.Span, type);
        }
        catch (JsonException e)
        {
            throw _errors.NotJson(request, e);
        }
        finally
        {
            response.Body.Return();
        }
    }

    private async Task<ServiceResponse> ExecuteAsync(ServiceRequest request, bool keepOpen, CancellationToken cancellationToken)
    {
        int attempts = 0;
        bool outcomeUnknown = false;
        string? correlationId = null;
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        context.Properties.Set(RetryPolicy.RequestKey, request);
        try
        {
            ServiceResponse response = await _retry.ExecuteAsync(
                async _ =>
                {
                    attempts++;
                    try
                    {
                        ServiceResponse current = await AttemptAsync(request, keepOpen, cancellationToken).ConfigureAwait(false);
                        outcomeUnknown |= current.OutcomeUnknown;
                        correlationId = current.CorrelationId ?? correlationId;
                        return current;
                    }
                    catch (TransportException e)
                    {
                        outcomeUnknown |= !e.NeverSent;
                        throw;
                    }
                },
                context).ConfigureAwait(false);
            response.EarlierOutcomeUnknown = outcomeUnknown;
            return response;
        }
        catch (TransportException e)
        {
            throw _errors.NoResponse(request, e, outcomeUnknown);
        }
        catch (ResponseTooLargeException e)
        {
            throw _errors.TooLarge(request, e);
        }
        finally
        {
            CallTrace.Current?.Add(attempts, correlationId);
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task<ServiceResponse> AttemptAsync(ServiceRequest request, bool keepOpen, CancellationToken cancellationToken)
    {
        await RateLimiter.WaitAsync(cancellationToken).ConfigureAwait(false);
        using HttpRequestMessage message = await CreateMessageAsync(request, cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource timeout = _endpoint.Time.CreateCancellationTokenSource(_endpoint.Timeout);
        using var grace = new CancellationTokenSource();
        using CancellationTokenRegistration registration = cancellationToken.Register(() => CancelWithGrace(grace, request));
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, grace.Token);
        HttpResponseMessage? response = null;
        bool open = false;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            response = await HttpStack.SendAsync(message, linked.Token).ConfigureAwait(false);
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
                CorrelationId = Header(response, _endpoint.CorrelationHeader),
                OpenBody = open ? body : null,
                Body = open ? PooledBody.Empty : await PooledBody.ReadAsync(body, linked.Token).ConfigureAwait(false),
            };
            UpdateRateLimiter(result);
            return result;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            throw e switch
            {
                ResponseTooLargeException => e,
                _ when grace.IsCancellationRequested => new OperationCanceledException(cancellationToken),
                _ when timeout.IsCancellationRequested => TransportException.Timeout(_endpoint.Timeout),
                TransportException => e,
                _ => TransportException.From(e),
            };
        }
        finally
        {
            if (!open)
            {
                response?.Dispose();
            }
        }
    }

    private void UpdateRateLimiter(ServiceResponse response)
    {
        TimeSpan? wait = RetryPolicy.RequestedWait(response, _endpoint.Time);
        if (!response.IsThrottled)
        {
            RateLimiter.OnSuccess();
        }
        else if (wait is null || wait <= RetryPolicy.MaxWait)
        {
            RateLimiter.OnThrottled(wait);
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
            message.Headers.Authorization = await credential.GetHeaderAsync(cancellationToken).ConfigureAwait(false);
        }

        return message;
    }

    private static string? Header(HttpResponseMessage response, string? name) =>
        name is not null && response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}
