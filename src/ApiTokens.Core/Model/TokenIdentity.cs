namespace ApiTokens;

/// <summary>Which token is meant: the same for every connection, every run and every machine.</summary>
/// <param name="Account">The account that it belongs to.</param>
/// <param name="Id">The id that the service gave it; for a token that is still to be issued, a fingerprint of the request.</param>
public sealed record TokenIdentity(AccountIdentity Account, string Id);
