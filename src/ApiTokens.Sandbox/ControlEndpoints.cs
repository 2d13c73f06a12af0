using System.Text.Json;
using System.Text.Json.Serialization;
using ApiTokens.Sandbox.Faults;
using ApiTokens.Sandbox.Http;

namespace ApiTokens.Sandbox;

/// <summary>The sandbox's own endpoints for tests. They require the control token of the run and are not counted.</summary>
internal static class ControlEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, RequestLog log, FaultPlan faults)
    {
        RouteGroupBuilder requests = routes.MapGroup("/sandbox/requests");
        requests.MapGet("", () => TypedResults.Json(log.Counts, ControlJson.Default.RequestCounts));
        requests.MapGet("/log", (int? last) =>
            TypedResults.Json(log.Last(last ?? RequestLog.Capacity), ControlJson.Default.ListLoggedRequest));
        requests.MapDelete("", () =>
        {
            log.Reset();
            return TypedResults.NoContent();
        });

        RouteGroupBuilder plan = routes.MapGroup("/sandbox/faults");
        plan.MapGet("", () => TypedResults.Json(faults.All.Select(FaultBody.Of), FaultJson.Default.IEnumerableFaultBody));
        plan.MapPost("", async (HttpRequest request) => TypedResults.Json(
            FaultBody.Of(Add(faults, await FaultBody.ReadAsync(request))),
            FaultJson.Default.FaultBody,
            statusCode: StatusCodes.Status201Created));
        plan.MapDelete("", () =>
        {
            faults.Clear();
            return TypedResults.NoContent();
        });
    }

    private static PlannedFault Add(FaultPlan faults, Fault fault)
    {
        try
        {
            return faults.Add(fault);
        }
        catch (ArgumentException exception)
        {
            throw FaultBody.Reject(exception.Message);
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RequestCounts))]
[JsonSerializable(typeof(List<LoggedRequest>))]
[JsonSerializable(typeof(ControlError))]
internal sealed partial class ControlJson : JsonSerializerContext;
