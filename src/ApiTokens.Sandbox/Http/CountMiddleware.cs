namespace ApiTokens.Sandbox.Http;

/// <summary>Counts and remembers every request to an emulator.</summary>
internal sealed class CountMiddleware(RequestDelegate next, RequestLog log)
{
    private static readonly object Unanswered = new();

    /// <summary>Ends the connection; the log then shows no status, unless an answer was on its way already.</summary>
    public static void Abort(HttpContext context)
    {
        context.Items[Unanswered] = true;
        context.Abort();
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<EmulatorEndpoint>() is { } endpoint)
        {
            LoggedRequest request = log.Add(context.Request.Method, context.Request.Path.Value ?? "/", endpoint.Kind);

            // On starting, not after: whoever has the answer already finds it in the log.
            context.Response.OnStarting(() =>
            {
                request.Status = context.Items.ContainsKey(Unanswered) ? null : context.Response.StatusCode;
                return Task.CompletedTask;
            });
        }

        return next(context);
    }
}
