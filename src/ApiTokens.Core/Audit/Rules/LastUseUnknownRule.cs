namespace ApiTokens.Audit.Rules;

/// <summary>Reports, once per account, that the service does not report when a token was last used.</summary>
internal sealed class LastUseUnknownRule : FindingRule
{
    private readonly Dictionary<AccountKey, int> _tokens = [];

    public override string Id => "LastUseUnknown";

    public override string Summary => "the service does not report when its tokens were last used (once per account)";

    public override string NhiRisk => NhiRisks.ImproperOffboarding;

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
        $"The last use of the {(entry.Value == 1 ? "token" : $"{entry.Value} tokens")} of {entry.Key} is unknown. "
            + $"{entry.Key.Service} does not report when a token was last used.",
        "Ask the owners of the tokens, or check the logs of the APIs that they call.")
    {
        Account = entry.Key,
    });
}
