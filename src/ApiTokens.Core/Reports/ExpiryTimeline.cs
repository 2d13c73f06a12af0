namespace ApiTokens.Reports;

/// <summary>
/// When the tokens of a report expire: twelve calendar months of UTC, the first being the current one from the report's
/// moment on. With the three numbers beside them, every token that is not revoked is counted once.
/// </summary>
public sealed class ExpiryTimeline
{
    private const int MonthCount = 12;

    internal ExpiryTimeline(TokenReport report)
    {
        DateTimeOffset now = report.CreatedAt;
        var first = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        DateTimeOffset end = first.AddMonths(MonthCount);
        ReportToken[] living = [.. report.Tokens.Where(token => token.Status != TokenStatus.Revoked)];
        ReportToken[] ahead = [.. living.Where(token => !HasExpired(token, now))];
        ILookup<int, ReportToken> byMonth = ahead
            .Where(token => token.ExpiresAt < end)
            .ToLookup(token => ((token.ExpiresAt!.Value.Year - first.Year) * 12) + token.ExpiresAt.Value.Month - first.Month);
        Months = [.. Enumerable.Range(0, MonthCount).Select(month => new ExpiryMonth(
            first.AddMonths(month), [.. report.Services.Select(service => byMonth[month].Count(token => TokenReport.IsOf(token, service)))]))];
        Expired = living.Length - ahead.Length;
        Later = ahead.Count(token => token.ExpiresAt >= end);
        Never = ahead.Count(token => token.ExpiresAt is null);
    }

    /// <summary>The months, the current one first.</summary>
    public IReadOnlyList<ExpiryMonth> Months { get; }

    /// <summary>How many have expired.</summary>
    public int Expired { get; }

    /// <summary>How many expire after the last of the months.</summary>
    public int Later { get; }

    /// <summary>How many never expire.</summary>
    public int Never { get; }

    private static bool HasExpired(ReportToken token, DateTimeOffset now) => token.Status == TokenStatus.Expired || token.ExpiresAt <= now;
}

/// <summary>The tokens that expire in one month.</summary>
/// <param name="Start">Its first moment (UTC).</param>
/// <param name="ByService">How many, in the order of <see cref="TokenReport.Services"/>.</param>
public sealed record ExpiryMonth(DateTimeOffset Start, IReadOnlyList<int> ByService)
{
    /// <summary>How many in all services.</summary>
    public int Total => ByService.Sum();
}
