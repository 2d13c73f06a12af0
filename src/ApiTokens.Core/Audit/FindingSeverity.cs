namespace ApiTokens.Audit;

/// <summary>How much a finding matters.</summary>
public enum FindingSeverity
{
    /// <summary>Worth knowing.</summary>
    Information,

    /// <summary>A risk, or soon one.</summary>
    Warning,

    /// <summary>To be dealt with today.</summary>
    Error,
}
