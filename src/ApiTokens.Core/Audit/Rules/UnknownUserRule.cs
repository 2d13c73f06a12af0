using System.Runtime.CompilerServices;

namespace ApiTokens.Audit.Rules;

/// <summary>
/// It belongs to, or was issued by, someone who is not among the known: one who left. A token outlives the account of an SSO
/// user that the identity provider has closed (contracts/gcore.md, 1.8).
/// </summary>
internal sealed class UnknownUserRule : FindingRule
{
    private static readonly ConditionalWeakTable<IReadOnlyList<string>, NamePattern[]> Patterns = new();

    public override string Id => "UnknownUser";

    public override string Summary => "its owner or issuer is not among the known users (only with KnownUser)";

    public override FindingSeverity Severity => FindingSeverity.Error;

    internal override RuleViolation? Check(AuditedToken token)
    {
        if (token.Policy.KnownUser.Count == 0 || token.IsOver)
        {
            return null;
        }

        NamePattern[] known = Patterns.GetValue(token.Policy.KnownUser, names => [.. names.Select(name => new NamePattern(name))]);
        string[] unknown = [.. token.Service.GetResponsibleUsers(token.Token).Where(person => !known.Any(name => name.IsMatch(person))).Distinct(StringComparer.OrdinalIgnoreCase)];
        return unknown.Length == 0
            ? null
            : new RuleViolation(
                $"The token {token.Token} belongs to or was issued by {string.Join(" and ", unknown.Select(person => $"'{person}'"))}, who is not among the known users.",
                "If they have left, remove it; what still needs it gets a token of someone who is there.");
    }
}
