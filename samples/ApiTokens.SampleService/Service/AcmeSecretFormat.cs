using ApiTokens.Services;

namespace ApiTokens.SampleService.Service;

/// <summary>A secret is <c>acme_</c>, the token's id, and 40 more characters (contract.md, 4).</summary>
internal sealed class AcmeSecretFormat() : SecretFormat(@"acme_\d{1,18}_[0-9a-z]{40}", maxLength: 64)
{
    /// <inheritdoc/>
    public override IReadOnlyCollection<string> TokenIdsIn(string secret) => IsMatch(secret) ? [secret.Split('_')[1]] : [];
}
