using ApiTokens.Simulation.Plans;

namespace ApiTokens.Simulation.World;

/// <summary>One request that left the process, and what became of it.</summary>
internal sealed class Exchange
{
    public int Number { get; init; }

    public required ModelRequest Request { get; init; }

    public required ServiceModel Service { get; init; }

    /// <summary>The operation that sent it; null for requests between operations.</summary>
    public OperationRecord? Operation { get; init; }

    /// <summary>The process that sent it.</summary>
    public required Process Process { get; init; }

    /// <summary>The connection that sent it.</summary>
    public int Connection { get; init; }

    public FaultPlan? Fault { get; init; }

    public TimeSpan SentOn { get; init; }

    /// <summary>When the service processed the request; null if it did not.</summary>
    public TimeSpan? ProcessedOn { get; set; }

    /// <summary>Whether the request had an effect.</summary>
    public bool HadEffect { get; set; }

    /// <summary>The token that the request created or changed.</summary>
    public ModelToken? Token { get; set; }

    /// <summary>When the process received the headers of a response; null if it did not.</summary>
    public TimeSpan? AnsweredOn { get; set; }

    /// <summary>The number of the first request that left after the response was received.</summary>
    public int AnsweredBefore { get; set; } = int.MaxValue;

    public ModelResponse? Response { get; set; }

    public override string ToString() =>
        $"#{Number} {Request.Kind}{(Request.Id is { } id ? " " + id : string.Empty)}"
        + $"{(Request.Name is { } name ? $" '{name}'" : string.Empty)}";
}
