using System.Collections;
using ApiTokens.Audit;

namespace ApiTokens.PowerShell.Completion;

/// <summary>Completes the ids of the rules of Test-ApiToken.</summary>
public sealed class RuleCompleter : Completer
{
    internal override IEnumerable<Candidate> Candidates(IDictionary bound) =>
        FindingRules.All.Select(rule => new Candidate(rule.Id, Tip: $"{rule.Summary} ({rule.NhiRisk})"));
}
