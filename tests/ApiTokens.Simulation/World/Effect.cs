namespace ApiTokens.Simulation.World;

/// <summary>A change of a token at its service.</summary>
/// <param name="On">When it happened.</param>
/// <param name="Kind">The kind of the change.</param>
/// <param name="Token">The token.</param>
/// <param name="By">The request that caused it; null for a change by somebody else.</param>
internal sealed record Effect(TimeSpan On, RequestKind Kind, ModelToken Token, Exchange? By);
