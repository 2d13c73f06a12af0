namespace ApiTokens.Reports;

/// <summary>Tokens and findings at one moment, and what there is to say of them as a whole.</summary>
public sealed class TokenReport
{
    private readonly ILookup<TokenKey, ReportFinding> _findings;

    /// <summary>Gathers a report. A token or finding that is given twice is in it once.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="createdAt">The moment that it speaks of.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="findings">The findings.</param>
    public TokenReport(string title, DateTimeOffset createdAt, IEnumerable<ReportToken> tokens, IEnumerable<ReportFinding> findings)
    {
        Title = title;
        CreatedAt = createdAt.ToUniversalTime();
        Tokens =
        [
            .. tokens.GroupBy(token => token.Key).Select(same => same.First())
                .OrderBy(token => token.Service, StringComparer.OrdinalIgnoreCase)
                .ThenBy(token => token.Account, StringComparer.OrdinalIgnoreCase)
                .ThenBy(token => token.Name, StringComparer.OrdinalIgnoreCase)
                .ThenBy(token => token.Id, StringComparer.Ordinal),
        ];
        Findings =
        [
            .. findings.Distinct()
                .OrderByDescending(finding => finding.Severity)
                .ThenBy(finding => finding.RuleId, StringComparer.OrdinalIgnoreCase)
                .ThenBy(finding => finding.Service, StringComparer.OrdinalIgnoreCase)
                .ThenBy(finding => finding.Name, StringComparer.OrdinalIgnoreCase),
        ];
        Services = [.. Tokens.Select(token => token.Service).Distinct(StringComparer.OrdinalIgnoreCase)];
        _findings = Findings.Where(finding => finding.Id.Length > 0).ToLookup(finding => finding.Key);
        Timeline = new ExpiryTimeline(this);
    }

    /// <summary>Its title.</summary>
    public string Title { get; }

    /// <summary>The moment that it speaks of (UTC).</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>The tokens, by service, account and name.</summary>
    public IReadOnlyList<ReportToken> Tokens { get; }

    /// <summary>The findings, the worst first.</summary>
    public IReadOnlyList<ReportFinding> Findings { get; }

    /// <summary>The services of the tokens.</summary>
    public IReadOnlyList<string> Services { get; }

    /// <summary>When the tokens expire.</summary>
    public ExpiryTimeline Timeline { get; }

    /// <summary>The findings about a token, the worst first.</summary>
    /// <param name="token">The token.</param>
    /// <returns>Its findings.</returns>
    public IEnumerable<ReportFinding> FindingsOf(ReportToken token) => _findings[token.Key];

    /// <summary>How many findings there are of a severity.</summary>
    /// <param name="severity">The severity.</param>
    /// <returns>The number.</returns>
    public int Count(ReportSeverity severity) => Findings.Count(finding => finding.Severity == severity);

    /// <summary>How many tokens have a status, in one service or in all.</summary>
    /// <param name="status">The status; null for an unknown one.</param>
    /// <param name="service">The service; null for all.</param>
    /// <returns>The number.</returns>
    public int Count(TokenStatus? status, string? service = null) => Tokens.Count(token => token.Status == status && IsOf(token, service));

    /// <summary>How many days are left of a token's life, or have passed since its end, as a negative number; null where it has no end.</summary>
    /// <param name="token">The token.</param>
    /// <returns>Whole days, rounded down.</returns>
    public int? DaysLeft(ReportToken token) => token.ExpiresAt is { } end ? (int)Math.Floor((end - CreatedAt).TotalDays) : null;

    internal static bool IsOf(ReportToken token, string? service) => service is null || string.Equals(token.Service, service, StringComparison.OrdinalIgnoreCase);
}
