namespace ApiTokens.Services;

/// <summary>Some of an account's tokens, as one request brings them.</summary>
/// <param name="Tokens">The tokens.</param>
/// <param name="IsWhole">Whether these are all.</param>
public sealed record TokenGlimpse(IReadOnlyList<ApiToken> Tokens, bool IsWhole);
