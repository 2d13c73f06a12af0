using System.Globalization;

namespace ApiTokens.Audit.Rules;

/// <summary>Finds accounts that have almost reached their token limit, so that the next rotation could fail.</summary>
internal sealed class NearTokenLimitRule : FindingRule
{
    // Tokens and not a count, because a token may be listed twice. Tokens beyond the limit are not stored.
    private readonly Dictionary<AccountKey, (int Limit, HashSet<TokenIdentity> Tokens)> _accounts = [];

    public override string Id => "NearTokenLimit";

    public override string Summary => "the account has almost reached (a warning) or has reached (an error) its token limit";

    public override string NhiRisk => NhiRisks.LongLivedSecrets;

    internal override RuleViolation? Check(AuditedToken token)
    {
        if (token.TokenLimit is not { } limit)
        {
            return null;
        }

        if (!_accounts.TryGetValue(token.Account, out (int Limit, HashSet<TokenIdentity> Tokens) account))
        {
            _accounts[token.Account] = account = (limit, []);
        }

        if (account.Tokens.Count < account.Limit)
        {
            account.Tokens.Add(token.Identity);
        }

        return null;
    }

    internal override IEnumerable<RuleViolation> Complete(FindingPolicy policy)
    {
        foreach (KeyValuePair<AccountKey, (int Limit, HashSet<TokenIdentity> Tokens)> account in _accounts)
        {
            int limit = account.Value.Limit;
            int count = account.Value.Tokens.Count;
            if (count < limit * policy.NearLimit)
            {
                continue;
            }

            bool full = count >= limit;
            yield return new RuleViolation(
                $"{account.Key} has {(full ? "all" : count.ToString(CultureInfo.InvariantCulture))} of its {limit} allowed tokens.",
                "Remove unused tokens before you issue or reset any. If the account has a different limit, specify it as TokenLimit "
                    + "when you connect or in the policy.")
            {
                Account = account.Key,
                Severity = full ? FindingSeverity.Error : FindingSeverity.Warning,
            };
        }
    }
}
