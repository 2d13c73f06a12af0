namespace ApiTokens.Reports;

/// <summary>The tokens and findings at a point in time, and their totals.</summary>
public sealed class TokenReport
{
    private readonly ILookup<TokenIdentity, ReportFinding> _findings;

    /// <summary>Creates a report. Duplicate tokens and findings are included once.</summary>
    /// <param name="title">The title.</param>
    /// <param name="createdAt">The time of the report.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="findings">The findings.</param>
    public TokenReport(string title, DateTimeOffset createdAt, IEnumerable<ReportToken> tokens, IEnumerable<ReportFinding> findings)
    {
        Title = title;
        CreatedAt = createdAt.ToUniversalTime();
        Tokens =
        [
            .. tokens.GroupBy(token => token.Identity).Select(same => same.First())
                .OrderBy(token => token.Service, StringComparer.OrdinalIgnoreCase)
                .ThenBy(token => token.Account, StringComparer.OrdinalIgnoreCase)
                .ThenBy(token => token.Name, StringComparer.OrdinalIgnoreCase)
                .ThenBy(token => token.Id, StringComparer.Ordinal),
        ];
        Findings =
        [
            .. findings.Distinct()
                .OrderBy(finding => finding.IsWaived)
                .ThenByDescending(finding => finding.Severity)
                .ThenBy(finding => finding.RuleId, StringComparer.OrdinalIgnoreCase)
                .ThenBy(finding => finding.Service, StringComparer.OrdinalIgnoreCase)
                .ThenBy(finding => finding.Name, StringComparer.OrdinalIgnoreCase),
        ];
        Services = [.. Tokens.Select(token => token.Service).Distinct(StringComparer.OrdinalIgnoreCase)];
        _findings = Findings.Where(finding => finding.Id.Length > 0).ToLookup(finding => finding.Identity);
        Timeline = new ExpiryTimeline(this);
    }

    /// <summary>The title.</summary>
    public string Title { get; }

    /// <summary>The time of the report (UTC).</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>The tokens, sorted by service, account and name.</summary>
    public IReadOnlyList<ReportToken> Tokens { get; }

    /// <summary>The findings, the most severe first.</summary>
    public IReadOnlyList<ReportFinding> Findings { get; }

    /// <summary>The operations of journals, earliest first; a report of tokens has none.</summary>
    public IReadOnlyList<ReportOperation> Operations
    {
        get;
        init => field = [.. value.Distinct().OrderBy(operation => operation.Time)];
    } = [];

    /// <summary>The changes since an earlier list of tokens.</summary>
    public IReadOnlyList<TokenChange> Changes { get; init => field = [.. value.Distinct()]; } = [];

    /// <summary>The services of the tokens.</summary>
    public IReadOnlyList<string> Services { get; }

    /// <summary>The expirations by month.</summary>
    public ExpiryTimeline Timeline { get; }

    /// <summary>Returns the findings about a token, the most severe first.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The findings.</returns>
    public IEnumerable<ReportFinding> FindingsOf(ReportToken token) => _findings[token.Identity];

    /// <summary>Returns the number of findings with a severity that are not waived.</summary>
    /// <param name="severity">The severity.</param>
    /// <returns>The number.</returns>
    public int Count(ReportSeverity severity) => Findings.Count(finding => finding.Severity == severity && !finding.IsWaived);

    /// <summary>Returns the number of tokens with a status.</summary>
    /// <param name="status">The status; null for tokens with an unknown status.</param>
    /// <param name="service">The service; null for all services.</param>
    /// <returns>The number.</returns>
    public int Count(TokenStatus? status, string? service = null) => Tokens.Count(token => token.Status == status && IsOf(token, service));

    /// <summary>Returns the number of days until a token expires.</summary>
    /// <param name="token">The token.</param>
    /// <returns>The number of days, rounded down; negative if the token has expired; null if it never expires.</returns>
    public int? DaysLeft(ReportToken token) => token.ExpiresAt is { } expiry ? RelativeTime.Days(expiry - CreatedAt) : null;

    /// <summary>Whether the report is only about operations or changes, so that it does not list the tokens that exist.</summary>
    internal bool IsRecord => Operations.Count + Changes.Count > 0 && Tokens.Count + Findings.Count == 0;

    /// <summary>Returns the number of tokens with a kind of change.</summary>
    internal int Count(TokenChangeKind kind) =>
        Changes.Where(change => change.ChangeKind == kind).Select(change => change.Identity).Distinct().Count();

    internal static bool IsOf(ReportToken token, string? service) =>
        service is null || string.Equals(token.Service, service, StringComparison.OrdinalIgnoreCase);
}
