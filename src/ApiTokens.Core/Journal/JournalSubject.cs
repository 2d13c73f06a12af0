namespace ApiTokens.Journal;

/// <summary>Identifies an operation in a journal. Other parameters make it another operation.</summary>
/// <param name="Operation">The operation, such as <c>Remove</c>.</param>
/// <param name="Token">The identity of the token. For a token to be issued, the id is a fingerprint of the request.</param>
/// <param name="Parameters">The parameters, such as the new name; null if the token alone identifies the operation.</param>
internal readonly record struct JournalKey(string Operation, TokenIdentity Token, string? Parameters = null);

/// <summary>The subject of a line of a journal.</summary>
/// <param name="Key">The operation.</param>
/// <param name="Name">The name of the token, if known.</param>
/// <param name="Connection">The name of the connection.</param>
internal sealed record JournalSubject(JournalKey Key, string Name, string Connection);
