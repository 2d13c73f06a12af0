using System.Globalization;
using ApiTokens.Services;

namespace ApiTokens.Audit.Rules;

/// <summary>Finds accounts that have almost reached their token limit, so that the next rotation could fail.</summary>
internal sealed class NearTokenLimitRule : FindingRule
{
    // Tokens and not a count, because a token may be listed twice. Tokens beyond the limit are not stored.
    private readonly Dictionary<AccountKey, HashSet<TokenIdentity>> _tokens = [];

    public override string Id => "NearTokenLimit";

    public override string Summary => "the account has almost reached (a warning) or has reached (an error) its token limit";

    internal override RuleViolation? Check(AuditedToken token)
    {
        if ((token.Policy.TokenLimit ?? token.Service.Capabilities.TokenLimit) is not { } limit)
        {
            return null;
        }

        if (!_tokens.TryGetValue(token.Account, out HashSet<TokenIdentity>? tokens))
        {
            _tokens[token.Account] = tokens = [];
        }

        if (tokens.Count < limit)
        {
            tokens.Add(token.Identity);
        }

        return null;
    }

    internal override IEnumerable<RuleViolation> Complete(FindingPolicy policy)
    {
        foreach (KeyValuePair<AccountKey, HashSet<TokenIdentity>> account in _tokens)
        {
            int limit = policy.TokenLimit ?? ServiceCatalog.Find(account.Key.Service).Capabilities.TokenLimit!.Value;
            int count = account.Value.Count;
            if (count < limit * policy.NearLimit)
            {
                continue;
            }

            bool full = count >= limit;
            yield return new RuleViolation(
                $"{account.Key} has {(full ? "all" : count.ToString(CultureInfo.InvariantCulture))} of its {limit} allowed tokens.",
                "Remove unused tokens before you issue or reset any. If the account has a different limit, specify it as "
                    + "TokenLimit in the policy.")
            {
                Account = account.Key,
                Severity = full ? FindingSeverity.Error : FindingSeverity.Warning,
            };
        }
    }
}
