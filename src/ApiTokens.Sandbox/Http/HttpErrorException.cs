using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace ApiTokens.Sandbox.Http;

/// <summary>An error of an emulator, with the response in the format of its service.</summary>
internal sealed class HttpErrorException(IResult response) : Exception
{
    public IResult Response { get; } = response;

    /// <summary>Returns the reason phrase of a status code.</summary>
    public static string ReasonPhrase(int status) => ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } phrase
        ? phrase
        : string.Create(CultureInfo.InvariantCulture, $"Status {status}");

    /// <summary>The middleware that writes the response of a thrown error.</summary>
    public static async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (HttpErrorException error)
        {
            await error.Response.ExecuteAsync(context);
        }
    }
}
