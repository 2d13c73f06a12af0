using System.Text.Json;
using System.Text.Json.Serialization;
using ApiTokens.Sandbox.Http;

namespace ApiTokens.Sandbox.Faults;

/// <summary>The JSON of a fault for <c>/sandbox/faults</c>.</summary>
internal sealed record FaultBody
{
    private static readonly Dictionary<string, FaultKind> Kinds = Names<FaultKind>();
    private static readonly Dictionary<string, FaultTiming> Timings = Names<FaultTiming>();

    public string? Service { get; init; }

    public string? Method { get; init; }

    public string? Path { get; init; }

    public required string Kind { get; init; }

    public int? Status { get; init; }

    public string? RetryAfter { get; init; }

    public double? DelayMs { get; init; }

    public string? When { get; init; }

    public int? Count { get; init; }

    public double? Probability { get; init; }

    public int? Seed { get; init; }

    /// <summary>The number of occurrences.</summary>
    public required int Fired { get; init; }

    public static FaultBody Of(PlannedFault planned) => new()
    {
        Service = planned.Fault.Service,
        Method = planned.Fault.Method,
        Path = planned.Fault.Path,
        Kind = Name(Kinds, planned.Fault.Kind),
        Status = planned.Fault.Status,
        RetryAfter = planned.Fault.RetryAfter,
        DelayMs = planned.Fault.Delay?.TotalMilliseconds,
        When = planned.Fault.When is { } when ? Name(Timings, when) : null,
        Count = planned.Fault.Count,
        Probability = planned.Fault.Probability,
        Seed = planned.Fault.Seed,
        Fired = planned.Fired,
    };

    public static async Task<Fault> ReadAsync(HttpRequest request)
    {
        RequestBody body = await RequestBody.ReadStrictAsync(
            request,
            Reject,
            "service", "method", "path", "kind", "status", "retryAfter", "delayMs", "when", "count", "probability", "seed");
        return new Fault
        {
            Service = body.Text("service"),
            Method = body.Text("method"),
            Path = body.Text("path"),
            Kind = Choice(body, "kind", Kinds) ?? throw Reject($"kind is required: {string.Join(", ", Kinds.Keys)}."),
            Status = body.Integer("status"),
            RetryAfter = body.Text("retryAfter"),
            Delay = body.Integer("delayMs") is { } delay ? TimeSpan.FromMilliseconds(delay) : null,
            When = Choice(body, "when", Timings),
            Count = body.Integer("count"),
            Probability = body.Number("probability"),
            Seed = body.Integer("seed"),
        };
    }

    public static HttpErrorException Reject(string message) =>
        new(TypedResults.Json(new ControlError(message), ControlJson.Default.ControlError, statusCode: StatusCodes.Status400BadRequest));

    private static HttpErrorException Reject(BodyFault fault) =>
        Reject(fault.Field.Length > 0 ? $"{fault.Field} {fault.Detail}." : $"The body {Problem(fault)}.");

    private static string Problem(BodyFault fault) =>
        fault.Kind == BodyFaultKind.NotJson ? $"is not JSON: {fault.Detail}" : fault.Detail;

    private static T? Choice<T>(RequestBody body, string field, Dictionary<string, T> choices)
        where T : struct => body.Text(field) switch
        {
            null => null,
            string name when choices.TryGetValue(name, out T value) => value,
            _ => throw Reject($"{field} must be one of {string.Join(", ", choices.Keys)}."),
        };

    private static Dictionary<string, T> Names<T>()
        where T : struct, Enum => Enum.GetValues<T>().ToDictionary(value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));

    private static string Name<T>(Dictionary<string, T> names, T value)
        where T : struct, Enum => names.First(name => name.Value.Equals(value)).Key;
}

internal sealed record ControlError(string Message);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FaultBody))]
[JsonSerializable(typeof(IEnumerable<FaultBody>))]
internal sealed partial class FaultJson : JsonSerializerContext;
