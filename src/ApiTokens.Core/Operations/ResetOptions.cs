using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>How a reset is to go. Without anything said: in place where the service can, else a successor whose predecessor is removed.</summary>
public sealed record ResetOptions
{
    /// <summary>The new end; the service's default keeps the length of life.</summary>
    public TokenExpiry Expiry { get; init; } = TokenExpiry.ServiceDefault;

    /// <summary>The service's own regeneration, and nothing else: the old secret dies before the new one is delivered.</summary>
    public bool InPlace { get; init; }

    /// <summary>A successor also where the service could regenerate: a delivery that can fail needs an old secret that still works.</summary>
    public bool WithSuccessor { get; init; }

    /// <summary>What becomes of the predecessor.</summary>
    public OldTokenAction Predecessor { get; init; }

    /// <summary>How long both shall work; only where a journal notes when the predecessor falls due.</summary>
    public TimeSpan? GracePeriod { get; init; }

    /// <summary>Refuses what the service cannot do, before anything is sent.</summary>
    /// <param name="capabilities">What it can.</param>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>.</exception>
    public void Check(ServiceCapabilities capabilities)
    {
        if (InPlace)
        {
            capabilities.RequireRegenerate();
        }

        if (Predecessor == OldTokenAction.Disable)
        {
            capabilities.RequireSetEnabled(enabled: false);
        }
    }

    internal bool IsInPlace(ServiceCapabilities capabilities) =>
        InPlace || (capabilities.Regenerate && !WithSuccessor && GracePeriod is null && Predecessor == OldTokenAction.Remove);
}
