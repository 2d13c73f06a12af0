namespace ApiTokens.Operations;

/// <summary>A successor that was delivered, and a predecessor that was still to go when everything ended: both work.</summary>
/// <param name="Predecessor">The predecessor.</param>
/// <param name="Successor">The successor; without its secret.</param>
/// <param name="Resumable">Whether a journal knows, so that the same run again ends it.</param>
public sealed record PendingRetirement(ApiToken Predecessor, ApiToken Successor, bool Resumable);
