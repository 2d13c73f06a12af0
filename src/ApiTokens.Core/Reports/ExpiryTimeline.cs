namespace ApiTokens.Reports;

/// <summary>
/// The number of tokens that expire in each of twelve calendar months (UTC), starting with the month of the report. The months and
/// the three other numbers together count every token once, except for revoked tokens.
/// </summary>
public sealed class ExpiryTimeline
{
    private const int MonthCount = 12;

    internal ExpiryTimeline(TokenReport report)
    {
        DateTimeOffset now = report.CreatedAt;
        var first = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        DateTimeOffset last = first.AddMonths(MonthCount);
        ReportToken[] existing = [.. report.Tokens.Where(token => token.Status != TokenStatus.Revoked)];
        ReportToken[] valid = [.. existing.Where(token => !HasExpired(token, now))];
        ILookup<int, ReportToken> byMonth = valid
            .Where(token => token.ExpiresAt < last)
            .ToLookup(token => ((token.ExpiresAt!.Value.Year - first.Year) * 12) + token.ExpiresAt.Value.Month - first.Month);
        Months = [.. Enumerable.Range(0, MonthCount).Select(month => new ExpiryMonth(
            first.AddMonths(month), [.. report.Services.Select(
                service => byMonth[month].Count(token => TokenReport.IsOf(token, service)))]))];
        Expired = existing.Length - valid.Length;
        Later = valid.Count(token => token.ExpiresAt >= last);
        Never = valid.Count(token => token.ExpiresAt is null);
    }

    /// <summary>The months, the current one first.</summary>
    public IReadOnlyList<ExpiryMonth> Months { get; }

    /// <summary>The number of tokens that have expired.</summary>
    public int Expired { get; }

    /// <summary>The number of tokens that expire after the last month.</summary>
    public int Later { get; }

    /// <summary>The number of tokens that never expire.</summary>
    public int Never { get; }

    private static bool HasExpired(ReportToken token, DateTimeOffset now) => token.Status == TokenStatus.Expired || token.ExpiresAt <= now;
}

/// <summary>The number of tokens that expire in one month.</summary>
/// <param name="Start">The start of the month (UTC).</param>
/// <param name="ByService">The number of tokens by service, in the order of <see cref="TokenReport.Services"/>.</param>
public sealed record ExpiryMonth(DateTimeOffset Start, IReadOnlyList<int> ByService)
{
    /// <summary>The number of tokens of all services.</summary>
    public int Total => ByService.Sum();
}
