using System.Text;
using ApiTokens.Sandbox.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ApiTokens.Sandbox.Faults;

/// <summary>Lets go wrong what is planned to.</summary>
internal sealed class FaultMiddleware(RequestDelegate next, FaultPlan faults)
{
    // What a proxy or a portal in between might answer with.
    private static readonly byte[] Page = Encoding.UTF8.GetBytes("<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><p>Sign in to continue.</p></body></html>\n");

    // A reset overtakes what is still in the server's hands, so what was written gets a head start.
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(200);

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
            await SpoilAsync(context, emulator, fault);
        }
    }

    private async Task AfterAsync(HttpContext context, IServiceEmulator emulator, Fault fault)
    {
        using var body = new MemoryStream();
        await KeepBackAsync(context, body);
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
                await SpoilAsync(context, emulator, fault);
                break;
        }
    }

    /// <summary>Lets the emulator do its work and write into memory what it would have answered.</summary>
    private async Task KeepBackAsync(HttpContext context, MemoryStream body)
    {
        IHttpResponseBodyFeature wire = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var memory = new StreamResponseBodyFeature(body);
        context.Features.Set<IHttpResponseBodyFeature>(memory);
        try
        {
            await next(context);
            await memory.CompleteAsync();
        }
        finally
        {
            context.Features.Set(wire);
        }

        body.Position = 0;
    }

    private static async Task SpoilAsync(HttpContext context, IServiceEmulator emulator, Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.Status:
                context.Response.Headers.RetryAfter = fault.RetryAfter;
                await emulator.Refuse(fault.Status!.Value).Answer.ExecuteAsync(context);
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
            await Task.Delay(HeadStart, context.RequestAborted);
        }

        CountMiddleware.Abort(context);
    }

    // By the system's clock, as the latency.
    private static Task WaitAsync(HttpContext context, Fault fault) => Task.Delay(fault.Delay!.Value, context.RequestAborted);
}
