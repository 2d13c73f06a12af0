namespace ApiTokens.Sandbox.Http;

/// <summary>Makes every request to an emulator wait, as if the service were far away.</summary>
internal sealed class LatencyMiddleware(RequestDelegate next, SandboxOptions options)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (options.Latency > TimeSpan.Zero && context.GetEndpoint()?.Metadata.GetMetadata<EmulatorEndpoint>() is not null)
        {
            // The system's clock, not the injected one: a test that stops the time does not want to stop the answers.
            await Task.Delay(options.Latency, context.RequestAborted);
        }

        await next(context);
    }
}
