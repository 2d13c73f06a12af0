using System.Management.Automation;
using ApiTokens.Reports;

namespace ApiTokens.PowerShell.Binding;

/// <summary>
/// Creates the rows of a report from pipeline objects: tokens and findings of this session, of a job or of another machine, and rows
/// of an earlier report. It reads no other properties, so a report cannot contain a secret.
/// </summary>
internal static class ReportInput
{
    /// <summary>Adds a token, or a finding and its token. Returns false if the object is neither.</summary>
    public static bool TryAdd(PSObject input, List<ReportToken> tokens, List<ReportFinding> findings)
    {
        var reader = new TokenReader(input);
        if (reader.Text(nameof(ReportFinding.RuleId)) is { } rule && reader.Text(nameof(ReportFinding.Severity)) is { } severity)
        {
            findings.Add(Finding(reader, rule, severity));
            if (input.Properties["Token"]?.Value is { } token)
            {
                TryAdd(PSObject.AsPSObject(token), tokens, findings);
            }

            return true;
        }

        if (reader.Text(nameof(ReportToken.Id)) is not { } id || reader.Text(nameof(ReportToken.Service)) is not { } service)
        {
            return false;
        }

        tokens.Add(Token(reader, service, id));
        return true;
    }

    /// <summary>Creates the error for an object that is neither a token nor a finding.</summary>
    public static ApiTokenException Unknown(PSObject input) => ApiTokenException.InvalidParameter(
        "InputObject",
        $"an object of type {input.BaseObject.GetType().Name} is neither a token nor a finding.",
        "Pipe the output of Get-ApiToken or Test-ApiToken. A token requires the properties Id and Service; a finding, "
            + "RuleId and Severity.");

    private static ReportToken Token(TokenReader reader, string service, string id) => new()
    {
        Service = service,
        Account = reader.Text(nameof(ReportToken.Account)) ?? string.Empty,
        BaseUri = reader.Address,
        Connection = reader.Text(nameof(ReportToken.Connection)) ?? string.Empty,
        Id = id,
        Name = reader.Text(nameof(ReportToken.Name)) ?? string.Empty,
        Description = reader.Text(nameof(ReportToken.Description)),
        Status = reader.Status,
        Owner = reader.Text(nameof(ReportToken.Owner)),
        Issuer = reader.Text(nameof(ReportToken.Issuer)),
        Permissions = reader.Permissions,
        CreatedAt = Time(reader, nameof(ReportToken.CreatedAt)),
        ExpiresAt = Time(reader, nameof(ReportToken.ExpiresAt)),
        LastUsedAt = Time(reader, nameof(ReportToken.LastUsedAt)),
    };

    private static ReportFinding Finding(TokenReader reader, string rule, string severity) => new()
    {
        RuleId = rule,
        Severity = Enum.TryParse(severity, ignoreCase: true, out ReportSeverity known) && Enum.IsDefined(typeof(ReportSeverity), known)
            ? known
            : throw Invalid("Severity", severity, $"Specify {string.Join(", ", Enum.GetNames(typeof(ReportSeverity)))}."),
        Service = reader.Text(nameof(ReportFinding.Service)) ?? string.Empty,
        Account = reader.Text(nameof(ReportFinding.Account)) ?? string.Empty,
        BaseUri = reader.Address,
        Connection = reader.Text(nameof(ReportFinding.Connection)) ?? string.Empty,
        Id = reader.Text(nameof(ReportFinding.Id)) ?? string.Empty,
        Name = reader.Text(nameof(ReportFinding.Name)) ?? string.Empty,
        Message = reader.Text(nameof(ReportFinding.Message)) ?? string.Empty,
        RecommendedAction = reader.Text(nameof(ReportFinding.RecommendedAction)) ?? string.Empty,
    };

    private static DateTimeOffset? Time(TokenReader reader, string property) => reader.TryReadTime(property, out DateTimeOffset? time)
        ? time
        : throw Invalid(property, $"{reader.Value(property)}", "Specify a time such as 2026-12-31T00:00:00Z.");

    private static ApiTokenException Invalid(string property, string value, string action) =>
        ApiTokenException.InvalidParameter("InputObject", $"its {property} '{ForeignText.Argument(value)}' cannot be read.", action);
}
