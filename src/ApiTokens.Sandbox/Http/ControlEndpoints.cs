using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.Sandbox.Http;

/// <summary>The sandbox's own endpoints, for tests. They need no credential and are not counted.</summary>
internal static class ControlEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, RequestLog log)
    {
        RouteGroupBuilder requests = routes.MapGroup("/sandbox/requests");
        requests.MapGet("", () => TypedResults.Json(log.Counts, ControlJson.Default.RequestCounts));
        requests.MapGet("/log", (int? last) => TypedResults.Json(log.Last(last ?? RequestLog.Capacity), ControlJson.Default.ListLoggedRequest));
        requests.MapDelete("", () =>
        {
            log.Reset();
            return TypedResults.NoContent();
        });
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RequestCounts))]
[JsonSerializable(typeof(List<LoggedRequest>))]
internal sealed partial class ControlJson : JsonSerializerContext;
