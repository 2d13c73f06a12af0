using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>How to reset a token. By default in place where the service can, else by a successor whose old token is removed.</summary>
public sealed record ResetOptions
{
    /// <summary>When the new token expires; the service's default keeps the length of life.</summary>
    public TokenExpiry Expiry { get; init; } = TokenExpiry.ServiceDefault;

    /// <summary>Requires the service's own regeneration: the old secret stops working before the new one is delivered.</summary>
    public bool InPlace { get; init; }

    /// <summary>Issues a successor also where the service could regenerate: a delivery that can fail needs an old secret that still works.</summary>
    public bool WithSuccessor { get; init; }

    /// <summary>What to do with the old token.</summary>
    public OldTokenAction Predecessor { get; init; }

    /// <summary>How long both tokens work; it needs a journal, which records when the old token is due.</summary>
    public TimeSpan? GracePeriod { get; init; }

    /// <summary>Rejects options that contradict each other.</summary>
    /// <exception cref="ApiTokenException"><c>InvalidInPlace</c> or <c>InvalidGracePeriod</c>.</exception>
    public void Validate()
    {
        ValidateInPlace();
        ValidateGracePeriod();
    }

    /// <summary>Rejects what the service cannot do. Sends nothing.</summary>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>.</exception>
    internal void Validate(ServiceCapabilities capabilities)
    {
        Validate();
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

    private void ValidateInPlace()
    {
        string? other = GracePeriod is not null ? nameof(GracePeriod) : Predecessor != OldTokenAction.Remove ? nameof(Predecessor) : null;
        if (InPlace && (other is not null || WithSuccessor))
        {
            throw ApiTokenException.InvalidParameter(
                nameof(InPlace),
                $"{other ?? nameof(WithSuccessor)} needs an old secret that still works, and a change in place ends it at once.",
                "Leave one of the two out.");
        }
    }

    private void ValidateGracePeriod()
    {
        if (GracePeriod <= TimeSpan.Zero)
        {
            throw ApiTokenException.InvalidParameter(nameof(GracePeriod), $"'{GracePeriod}' is not a positive time span.", "Specify a time such as one day, or leave it out.");
        }

        if (GracePeriod is not null && Predecessor == OldTokenAction.Keep)
        {
            throw ApiTokenException.InvalidParameter(nameof(GracePeriod), "an old token that is kept is never due.", "Leave one of the two out.");
        }
    }
}
