using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.Simulation.Plans;

/// <summary>Writes plans for people.</summary>
internal static class PlanText
{
    private static readonly JsonSerializerOptions Format = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new JsonStringEnumConverter() },
    };

    public static string Of(Plan plan) => string.Join(
        '\n',
        [
            .. plan.Accounts.Select(account => Line("account", account)),
            .. plan.Connections.Select(connection => Line("connection", connection)),
            .. plan.Runs.Select(run => Line("run", run)),
            .. plan.Faults.Select(fault => Line("fault", fault)),
            .. plan.Others.Select(other => Line("somebody else", other)),
        ]);

    private static string Line<T>(string name, T value) => $"{name}: {JsonSerializer.Serialize(value, Format)}";
}
