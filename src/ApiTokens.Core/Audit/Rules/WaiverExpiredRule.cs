namespace ApiTokens.Audit.Rules;

/// <summary>Finds waivers of the policy that have expired, once for each waiver.</summary>
internal sealed class WaiverExpiredRule : FindingRule
{
    private readonly Dictionary<FindingWaiver, ApiToken?> _expired = [];

    public override string Id => "WaiverExpired";

    public override string Summary => "a waiver of the policy has expired";

    public override string NhiRisk => NhiRisks.ImproperOffboarding;

    internal override RuleViolation? Check(AuditedToken token)
    {
        foreach (FindingWaiver waiver in token.Policy.Waiver.Where(waiver => waiver.Until <= token.Now))
        {
            bool isFor = waiver.IsFor(token.Token.Service, token.Token.Account, token.Token.Id, token.Token.Name);
            _expired[waiver] = (_expired.TryGetValue(waiver, out ApiToken? known) ? known : null) ?? (isFor ? token.Token : null);
        }

        return null;
    }

    internal override IEnumerable<RuleViolation> Complete(FindingPolicy policy) => _expired.Select(expired => new RuleViolation(
        FormattableString.Invariant($"The waiver of {expired.Key.Rule} for '{expired.Key.Token}' ended on {LastDay(expired.Key):yyyy-MM-dd}. ")
            + $"It was approved by {expired.Key.ApprovedBy}: {expired.Key.Reason}",
        "Fix what it was for, and remove it from the policy. If it is still needed, have it approved again.")
    {
        Token = expired.Value,
        Account = new AccountKey(string.Empty, expired.Key.Service ?? string.Empty, expired.Key.Account ?? string.Empty, null),
    });

    private static DateTimeOffset LastDay(FindingWaiver waiver) => waiver.Until.AddDays(-1);
}
