using System.Runtime.CompilerServices;

namespace ApiTokens.Audit.Rules;

/// <summary>
/// Finds tokens whose owner or issuer is not a known user, for example because that user has left. A token still works after the
/// identity provider has closed the account of an SSO user (contracts/gcore.md, 1.8).
/// </summary>
internal sealed class UnknownUserRule : FindingRule
{
    private static readonly ConditionalWeakTable<IReadOnlyList<string>, NamePattern[]> Patterns = new();

    public override string Id => "UnknownUser";

    public override string Summary => "its owner or issuer is not a known user (only with KnownUser)";

    public override string NhiRisk => NhiRisks.ImproperOffboarding;

    internal override bool AppliesAtIssue => true;

    public override FindingSeverity Severity => FindingSeverity.Error;

    internal override RuleViolation? Check(AuditedToken token)
    {
        if (token.Policy.KnownUser.Count == 0 || token.IsExpired)
        {
            return null;
        }

        NamePattern[] known = Patterns.GetValue(token.Policy.KnownUser, names => [.. names.Select(name => new NamePattern(name))]);
        string[] unknown =
        [
            .. token.Service.GetResponsibleUsers(token.Token)
                .Where(user => !known.Any(name => name.IsMatch(user)))
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];
        return unknown.Length == 0
            ? null
            : new RuleViolation(
                $"The owner or issuer of the token {token.Token} is not a known user: "
                    + $"{string.Join(", ", unknown.Select(user => $"'{user}'"))}.",
                "If the user has left, remove the token. If it is still needed, issue a new token for another user first.");
    }
}
