namespace ApiTokens.Audit.Rules;

/// <summary>The service does not tell when a token was last used: said once for an account, so that no finding is not taken for use.</summary>
internal sealed class LastUseUnknownRule : FindingRule
{
    private readonly Dictionary<AccountKey, int> _tokens = [];

    public override string Id => "LastUseUnknown";

    public override string Summary => "the service does not tell when its tokens were last used (once for an account)";

    public override FindingSeverity Severity => FindingSeverity.Information;

    internal override RuleViolation? Check(AuditedToken token)
    {
        if (!token.Service.Capabilities.LastUsed)
        {
            _tokens[token.Account] = _tokens.TryGetValue(token.Account, out int count) ? count + 1 : 1;
        }

        return null;
    }

    internal override IEnumerable<RuleViolation> Complete(FindingPolicy policy) => _tokens.Select(entry => new RuleViolation(
        $"Whether the {(entry.Value == 1 ? "token" : $"{entry.Value} tokens")} of {entry.Key} {(entry.Value == 1 ? "is" : "are")} in use is unknown: {entry.Key.Service} does not tell when a token was last used.",
        "Ask the owners of tokens, or look in the logs of what they call.")
    {
        Account = entry.Key,
    });
}
