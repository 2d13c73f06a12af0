namespace ApiTokens.Journal;

/// <summary>The subject of a line of a journal.</summary>
/// <param name="Operation">The operation, such as <c>Remove</c>.</param>
/// <param name="Token">The identity of the token. For a token to be issued, the id is a fingerprint of the request.</param>
/// <param name="Name">The name of the token, if known.</param>
/// <param name="Connection">The name of the connection.</param>
internal sealed record JournalSubject(string Operation, TokenIdentity Token, string Name, string Connection);
