namespace ApiTokens.Simulation.World;

/// <summary>A token of a service model, with what only the service knows.</summary>
internal sealed class ModelToken
{
    public string Id { get; init; } = string.Empty;

    public string Name { get; set; } = string.Empty;

    public string? Description { get; set; }

    public string Owner { get; init; } = string.Empty;

    public string Issuer { get; init; } = string.Empty;

    /// <summary>The time of creation by the clock of the service.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The time of creation on the timeline.</summary>
    public TimeSpan CreatedOn { get; init; }

    /// <summary>The time of removal on the timeline; null if the token exists.</summary>
    public TimeSpan? RemovedOn { get; set; }

    public bool IsEnabled { get; set; } = true;

    public string Secret { get; set; } = string.Empty;

    /// <summary>When the service begins to accept the current secret.</summary>
    public TimeSpan WorksFrom { get; set; }

    /// <summary>Whether the service never accepts the secret.</summary>
    public bool IsBroken { get; set; }

    /// <summary>The request that created the token; null for tokens of others.</summary>
    public Exchange? CreatedBy { get; init; }

    public bool IsLive => RemovedOn is null;

    public override string ToString() => $"'{Name}' ({Id})";
}
