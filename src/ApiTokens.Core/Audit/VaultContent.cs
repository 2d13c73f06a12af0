namespace ApiTokens.Audit;

/// <summary>The entries of a vault with secrets of tokens, without the secrets.</summary>
/// <param name="Vault">The name of the vault.</param>
/// <param name="Entries">The entries. Entries of other programs are ignored.</param>
public sealed record VaultContent(string Vault, IReadOnlyList<VaultEntry> Entries);

/// <summary>An entry of a vault.</summary>
/// <param name="Name">The name of the entry. By default, it consists of service, account and name of the token.</param>
/// <param name="Service">The service in the metadata; null if it is missing.</param>
/// <param name="Account">The account in the metadata; null if it is missing.</param>
/// <param name="TokenId">The id of the token in the metadata; null if it is missing.</param>
public sealed record VaultEntry(string Name, string? Service, string? Account, string? TokenId);
