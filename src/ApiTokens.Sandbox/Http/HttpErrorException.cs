using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace ApiTokens.Sandbox.Http;

/// <summary>A request that an emulator turns down; carries the answer in the words of its service.</summary>
internal sealed class HttpErrorException(IResult answer) : Exception
{
    public IResult Answer { get; } = answer;

    /// <summary>What a status says in words.</summary>
    public static string Words(int status) =>
        ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } words ? words : string.Create(CultureInfo.InvariantCulture, $"Status {status}");

    /// <summary>The middleware that turns a thrown refusal into its answer.</summary>
    public static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (HttpErrorException refusal)
        {
            await refusal.Answer.ExecuteAsync(context);
        }
    }
}
