namespace ApiTokens.Sandbox.Http;

/// <summary>Delays every request to an emulator to simulate network latency.</summary>
internal sealed class LatencyMiddleware(RequestDelegate next, SandboxOptions options)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (options.Latency > TimeSpan.Zero && context.GetEndpoint()?.Metadata.GetMetadata<EmulatorEndpoint>() is not null)
        {
            // Uses the system clock and not the injected one, so that a test with a stopped clock still gets responses.
            await Task.Delay(options.Latency, context.RequestAborted);
        }

        await next(context);
    }
}
