namespace ApiTokens.Services;

/// <summary>Some of an account's tokens, as one request brings them.</summary>
/// <param name="Tokens">The tokens.</param>
/// <param name="IsComplete">Whether these are all.</param>
public sealed record TokenPreview(IReadOnlyList<ApiToken> Tokens, bool IsComplete);
