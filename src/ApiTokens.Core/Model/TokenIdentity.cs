namespace ApiTokens;

/// <summary>Identifies a token. The identity is the same for every connection, run and machine.</summary>
/// <param name="Account">The account of the token.</param>
/// <param name="Id">The id that the service assigned; for a token that is not yet issued, a fingerprint of the request.</param>
public sealed record TokenIdentity(AccountIdentity Account, string Id);
