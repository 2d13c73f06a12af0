namespace ApiTokens.Operations;

/// <summary>A reset that delivered the new token but was stopped before it retired the old token. Both tokens work.</summary>
/// <param name="Predecessor">The old token.</param>
/// <param name="Successor">The new token, without its secret.</param>
/// <param name="Resumable">Whether a journal recorded the reset, so that a repeated run completes it.</param>
public sealed record PendingRetirement(ApiToken Predecessor, ApiToken Successor, bool Resumable);
