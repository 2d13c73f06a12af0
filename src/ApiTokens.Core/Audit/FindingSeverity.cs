namespace ApiTokens.Audit;

/// <summary>The severity of a finding.</summary>
public enum FindingSeverity
{
    /// <summary>No action is required.</summary>
    Information,

    /// <summary>A risk, or a future risk.</summary>
    Warning,

    /// <summary>Immediate action is required.</summary>
    Error,
}
