namespace ApiTokens.Sandbox.Http;

/// <summary>Counts and logs every request to an emulator.</summary>
internal sealed class CountMiddleware(RequestDelegate next, RequestLog log)
{
    private static readonly object Aborted = new();

    /// <summary>Aborts the connection. The log then has no status, unless the response has already started.</summary>
    public static void Abort(HttpContext context)
    {
        context.Items[Aborted] = true;
        context.Abort();
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<EmulatorEndpoint>() is { } endpoint)
        {
            LoggedRequest request = log.Add(context.Request.Method, context.Request.Path.Value ?? "/", endpoint.Kind);

            // The status is logged when the response starts, so that a client that has the response finds it in the log.
            context.Response.OnStarting(() =>
            {
                request.Status = context.Items.ContainsKey(Aborted) ? null : context.Response.StatusCode;
                return Task.CompletedTask;
            });
        }

        return next(context);
    }
}
