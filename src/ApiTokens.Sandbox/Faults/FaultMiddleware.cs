using System.Text;
using ApiTokens.Sandbox.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ApiTokens.Sandbox.Faults;

/// <summary>Injects the configured faults.</summary>
internal sealed class FaultMiddleware(RequestDelegate next, FaultPlan faults)
{
    // A page as a proxy or a portal may return it.
    private static readonly byte[] Page = Encoding.UTF8.GetBytes(
        "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><p>Sign in to continue.</p></body></html>\n");

    // A reset discards data that has not been sent yet, so the reset waits for the data.
    private static readonly TimeSpan ResetDelay = TimeSpan.FromMilliseconds(200);

    public Task InvokeAsync(HttpContext context)
    {
        EndpointMetadataCollection? metadata = context.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<IServiceEmulator>() is not { } emulator)
        {
            return next(context);
        }

        bool isLogin = metadata.GetMetadata<EmulatorEndpoint>()?.Kind == RequestKind.Login;
        return faults.Take(emulator.Name, context.Request.Method, context.Request.Path.Value ?? "/", isLogin) switch
        {
            null => next(context),
            { IsAfter: true } fault => AfterAsync(context, emulator, fault),
            var fault => BeforeAsync(context, emulator, fault),
        };
    }

    private async Task BeforeAsync(HttpContext context, IServiceEmulator emulator, Fault fault)
    {
        if (fault.Kind == FaultKind.Delay)
        {
            await WaitAsync(context, fault);
            await next(context);
        }
        else
        {
            await ReplaceAsync(context, emulator, fault);
        }
    }

    private async Task AfterAsync(HttpContext context, IServiceEmulator emulator, Fault fault)
    {
        using var body = new MemoryStream();
        await BufferResponseAsync(context, body);
        switch (fault.Kind)
        {
            case FaultKind.Delay:
                await WaitAsync(context, fault);
                await body.CopyToAsync(context.Response.Body, context.RequestAborted);
                break;
            case FaultKind.Truncate:
                await TruncateAsync(context, body);
                break;
            default:
                context.Response.Clear();
                await ReplaceAsync(context, emulator, fault);
                break;
        }
    }

    /// <summary>Runs the emulator and writes its response to memory.</summary>
    private async Task BufferResponseAsync(HttpContext context, MemoryStream body)
    {
        IHttpResponseBodyFeature original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var memory = new StreamResponseBodyFeature(body);
        context.Features.Set<IHttpResponseBodyFeature>(memory);
        try
        {
            await next(context);
            await memory.CompleteAsync();
        }
        finally
        {
            context.Features.Set(original);
        }

        body.Position = 0;
    }

    private static async Task ReplaceAsync(HttpContext context, IServiceEmulator emulator, Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.Status:
                context.Response.Headers.RetryAfter = fault.RetryAfter;
                await emulator.Reject(fault.Status!.Value).Response.ExecuteAsync(context);
                break;
            case FaultKind.NotJson:
                context.Response.ContentType = "text/html; charset=utf-8";
                await context.Response.Body.WriteAsync(Page, context.RequestAborted);
                break;
            default:
                CountMiddleware.Abort(context);
                break;
        }
    }

    private static async Task TruncateAsync(HttpContext context, MemoryStream body)
    {
        if (body.Length > 0)
        {
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)(body.Length / 2)), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(ResetDelay, context.RequestAborted);
        }

        CountMiddleware.Abort(context);
    }

    // Uses the system clock, like the latency.
    private static Task WaitAsync(HttpContext context, Fault fault) => Task.Delay(fault.Delay!.Value, context.RequestAborted);
}
