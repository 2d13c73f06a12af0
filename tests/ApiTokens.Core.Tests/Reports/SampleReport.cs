using System.Globalization;
using ApiTokens.Reports;

namespace ApiTokens.Core.Tests.Reports;

/// <summary>Sample reports for tests.</summary>
internal static class SampleReport
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 9, 30, 0, TimeSpan.Zero);

    private static readonly string[] Services = ["Devo", "Wegnology", "Gcore", "ApplicationUsers"];

    public static ReportToken Token(
        string name = "ci",
        string id = "1",
        DateTimeOffset? expiresAt = null,
        TokenStatus? status = TokenStatus.Active,
        string service = "Gcore") => new()
        {
            Service = service,
            Account = "1234",
            Connection = "gcore",
            Id = id,
            Name = name,
            Status = status,
            Owner = "jdoe",
            Permissions = "Engineers",
            CreatedAt = Now.AddDays(-30),
            ExpiresAt = expiresAt,
        };

    public static ReportFinding Finding(
        ReportToken token,
        string rule = "NeverExpires",
        ReportSeverity severity = ReportSeverity.Warning,
        string message = "It never expires.") => new()
        {
            RuleId = rule,
            Severity = severity,
            Service = token.Service,
            Account = token.Account,
            Connection = token.Connection,
            Id = token.Id,
            Name = token.Name,
            Message = message,
            RecommendedAction = "Reset it with an expiry.",
        };

    /// <summary>Creates an operation that has the text in each field.</summary>
    public static ReportOperation Operation(OperationOutcome outcome, string text) => new()
    {
        Time = Now,
        Operation = text,
        Outcome = outcome,
        Service = text,
        Account = text,
        Connection = text,
        Id = text,
        Name = text,
        IssuedId = text + "2",
        DueAt = outcome == OperationOutcome.Done ? Now.AddDays(1) : null,
        ErrorId = text,
        CorrelationId = text,
        Reason = text,
        Journal = text,
        RunAt = Now.AddMinutes(-1),
    };

    /// <summary>Creates a change that has the text in each field.</summary>
    public static TokenChange Change(string text) => new()
    {
        Service = text,
        Account = text,
        Connection = text,
        Id = text,
        Name = text,
        Property = text,
        OldValue = text,
        NewValue = text,
    };

    public static TokenReport Of(IEnumerable<ReportToken> tokens, IEnumerable<ReportFinding>? findings = null) =>
        new("Tokens of Example", Now, tokens, findings ?? []);

    /// <summary>Creates a report with tokens of all four services: every tenth never expires, every hundredth has the same name.</summary>
    public static TokenReport Large(int count)
    {
        ReportToken[] tokens = [.. Enumerable.Range(0, count).Select(i => Token(
            i % 100 == 0 ? "needle" : $"token-{i.ToString(CultureInfo.InvariantCulture)}",
            i.ToString("x24", CultureInfo.InvariantCulture),
            i % 10 == 0 ? null : Now.AddHours((i * 7 % 9000) - 200),
            i % 10 != 0 && (i * 7 % 9000) < 200 ? TokenStatus.Expired : TokenStatus.Active,
            Services[i % Services.Length]))];
        return Of(tokens, tokens.Where(token => token.ExpiresAt is null).Select(token => Finding(token)));
    }

    public static string Write(TokenReport report, string extension)
    {
        string path = Path.Combine(Path.GetTempPath(), $"apitokens-{Guid.NewGuid():N}{extension}");
        try
        {
            ReportFile.Write(report, path);
            return File.ReadAllText(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
