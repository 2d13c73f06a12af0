namespace ApiTokens.Services;

/// <summary>Some of an account's tokens, read with one request.</summary>
/// <param name="Tokens">The tokens.</param>
/// <param name="IsComplete">Whether the account has no other tokens.</param>
public sealed record TokenPreview(IReadOnlyList<ApiToken> Tokens, bool IsComplete);
