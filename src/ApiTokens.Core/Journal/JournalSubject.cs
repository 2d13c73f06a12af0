namespace ApiTokens.Journal;

/// <summary>What a line of a journal is about.</summary>
/// <param name="Operation">The operation, such as <c>Remove</c>.</param>
/// <param name="Token">The token; for a token to be issued, its id is a fingerprint of the request.</param>
/// <param name="Name">The token's name, as far as it is known.</param>
/// <param name="Connection">The name of the connection.</param>
internal sealed record JournalSubject(string Operation, TokenIdentity Token, string Name, string Connection);
