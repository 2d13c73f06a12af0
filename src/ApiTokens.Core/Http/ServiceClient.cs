using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ApiTokens.Http;

/// <summary>
/// Sends every request of a connection: it authenticates the request, limits the rate, retries if that is safe, limits the size of
/// the response, and returns an object or throws an <see cref="ApiTokenException"/> without secrets.
/// </summary>
internal sealed class ServiceClient
{
    private readonly ServiceEndpoint _endpoint;
    private readonly RequestSender _sender;
    private readonly ErrorReader _errors;
    private Action? _prepare;

    public ServiceClient(ServiceEndpoint endpoint, ServiceCredential credential)
    {
        endpoint.Http.Prepare(endpoint.BaseUri);
        _endpoint = endpoint;
        _errors = new ErrorReader(endpoint, credential);
        _sender = new RequestSender(endpoint, credential, _errors);
    }

    /// <summary>The address of the service.</summary>
    public Uri BaseUri => _endpoint.BaseUri;

    /// <summary>Prepares the requests after the first one, while the first one is under way.</summary>
    public Action? Prepare
    {
        init => _prepare = value;
    }

    /// <summary>The rate limiter of the connection.</summary>
    public AdaptiveRateLimiter RateLimiter => _sender.RateLimiter;

    /// <summary>The clock of the service.</summary>
    public ServiceClock Clock => _sender.Clock;

    /// <summary>Creates a client for requests with the credential in the body, such as a login.</summary>
    public static ServiceClient Anonymous(ServiceEndpoint endpoint, System.Security.SecureString secretToRedact) =>
        new(endpoint, new SecretCredential("Bearer", secretToRedact));

    /// <summary>Sends a request and deserializes its JSON response.</summary>
    public async Task<T> GetAsync<T>(ServiceRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        Read(request, await SendAndPrepareAsync(request, type, cancellationToken).ConfigureAwait(false), type);

    /// <summary>Sends a request. The result deserializes its JSON response; call it once.</summary>
    public async Task<Func<T>> ReceiveAsync<T>(ServiceRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        ServiceResponse response = await SendAndPrepareAsync(request, type, cancellationToken).ConfigureAwait(false);
        return () => Read(request, response, type);
    }

    /// <summary>
    /// Sends a request and deserializes its response if that is JSON. Some services do not document the response to a change.
    /// </summary>
    public async Task<T?> TryGetAsync<T>(ServiceRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        ServiceResponse response = await SendCoreAsync(request, cancellationToken).ConfigureAwait(false);
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
    /// Sends a request, and discards the body of its response. Any 2xx is a success. With
    /// <paramref name="treatNotFoundAsSuccess"/>, a 404 is also a success if an earlier attempt may have succeeded.
    /// </summary>
    public async Task<ServiceResponse> SendAsync(
        ServiceRequest request, CancellationToken cancellationToken, bool treatNotFoundAsSuccess = false)
    {
        ServiceResponse response = await SendCoreAsync(request, cancellationToken, treatNotFoundAsSuccess).ConfigureAwait(false);
        response.Body.Return();
        return response;
    }

    /// <summary>Reads a JSON array of any length element by element.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        ServiceRequest request, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Task<ServiceResponse> sending = _sender.SendAsync(request, keepOpen: true, cancellationToken);
        SerializerWarmup<T>.Run(type);
        ServiceResponse response = await sending.ConfigureAwait(false);
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
                body.EndElement(isProgress: items.Current is not null);
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

    private Task<ServiceResponse> SendAndPrepareAsync<T>(ServiceRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        Task<ServiceResponse> sending = SendCoreAsync(request, cancellationToken);
        SerializerWarmup<T>.Run(type);
        Interlocked.Exchange(ref _prepare, null)?.Invoke();
        return sending;
    }

    private async Task<ServiceResponse> SendCoreAsync(
        ServiceRequest request, CancellationToken cancellationToken, bool treatNotFoundAsSuccess = false)
    {
        ServiceResponse response = await _sender.SendAsync(request, keepOpen: false, cancellationToken).ConfigureAwait(false);
        bool gone = treatNotFoundAsSuccess && response is { EarlierOutcomeUnknown: true, Status: System.Net.HttpStatusCode.NotFound };
        return response switch
        {
            { IsSuccess: true, IsWebPage: true } => throw _errors.WebPage(request),
            { IsSuccess: true } => response,
            _ => gone ? response : throw _errors.CreateException(request, response),
        };
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

    private T Read<T>(ServiceRequest request, ServiceResponse response, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(response.Body.Bytes.Span, type)
                ?? throw ApiTokenException.InvalidResult(
                    $"{_endpoint.Service} returned an empty response to the request to {request.Purpose}.", request.IsWrite);
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
}
