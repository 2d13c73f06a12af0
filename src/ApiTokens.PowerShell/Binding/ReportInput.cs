using System.Management.Automation;
using ApiTokens.Journal;
using ApiTokens.Reports;

namespace ApiTokens.PowerShell.Binding;

/// <summary>
/// Creates the rows of a report from pipeline objects: tokens, findings, operations and changes of this session, of a job or of another
/// machine, and rows of an earlier report. It reads no other properties, so a report cannot contain a secret.
/// </summary>
internal sealed class ReportInput
{
    private readonly List<ReportToken> _tokens = [];
    private readonly List<ReportFinding> _findings = [];
    private readonly List<ReportOperation> _operations = [];
    private readonly List<TokenChange> _changes = [];

    /// <summary>The added tokens.</summary>
    public IReadOnlyList<ReportToken> Tokens => _tokens;

    /// <summary>Creates the report of all added objects.</summary>
    public TokenReport ToReport(string title) => new(title, Clock.UtcNow, _tokens, _findings)
    {
        Operations = _operations,
        Changes = _changes,
    };

    /// <summary>Adds a token, an operation, a change, or a finding and its token. Returns false if the object is none of them.</summary>
    public bool TryAdd(PSObject input)
    {
        var reader = new TokenReader(input);
        if (reader.Text(nameof(ReportOperation.Operation)) is { } operation
            && reader.Text(nameof(ReportOperation.Outcome)) is { } outcome)
        {
            _operations.Add(Operation(reader, operation, outcome));
            return true;
        }

        if (reader.Text(nameof(TokenChange.ChangeKind)) is { } kind)
        {
            _changes.Add(Change(reader, kind));
            return true;
        }

        if (reader.Text(nameof(ReportFinding.RuleId)) is { } rule && reader.Text(nameof(ReportFinding.Severity)) is { } severity)
        {
            _findings.Add(Finding(reader, rule, severity));
            if (input.Properties["Token"]?.Value is { } token)
            {
                TryAdd(PSObject.AsPSObject(token));
            }

            return true;
        }

        if (reader.Text(nameof(ReportToken.Id)) is not { } id || reader.Text(nameof(ReportToken.Service)) is not { } service)
        {
            return false;
        }

        _tokens.Add(Token(reader, service, id));
        return true;
    }

    /// <summary>Creates the error for an object that is no token, finding, operation or change.</summary>
    public static ApiTokenException Unknown(PSObject input) => ApiTokenException.InvalidParameter(
        "InputObject",
        $"an object of type {input.BaseObject.GetType().Name} is not a token, a finding, an operation or a change.",
        "Pipe the output of Get-ApiToken, Test-ApiToken, Get-ApiTokenJournal or Compare-ApiToken. A token requires the properties Id and "
            + "Service; a finding, RuleId and Severity; an operation, Operation and Outcome; a change, ChangeKind.");

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

    private static ReportOperation Operation(TokenReader reader, string operation, string outcome) => new()
    {
        Time = Time(reader, nameof(ReportOperation.Time)) ?? default,
        Operation = operation,
        Outcome = Value<OperationOutcome>(nameof(ReportOperation.Outcome), outcome),
        Service = reader.Text(nameof(ReportOperation.Service)) ?? string.Empty,
        Account = reader.Text(nameof(ReportOperation.Account)) ?? string.Empty,
        BaseUri = reader.Address,
        Connection = reader.Text(nameof(ReportOperation.Connection)) ?? string.Empty,
        Id = reader.Text(nameof(ReportOperation.Id)) ?? string.Empty,
        Name = reader.Text(nameof(ReportOperation.Name)) ?? string.Empty,
        IssuedId = reader.Text(nameof(ReportOperation.IssuedId)),
        DueAt = Time(reader, nameof(ReportOperation.DueAt)),
        ErrorId = reader.Text(nameof(ReportOperation.ErrorId)),
        CorrelationId = reader.Text(nameof(ReportOperation.CorrelationId)),
        Reason = reader.Text(nameof(ReportOperation.Reason)),
        Journal = reader.Text(nameof(JournalRecord.Path)) ?? string.Empty,
        RunAt = Time(reader, nameof(ReportOperation.RunAt)) ?? default,
    };

    private static TokenChange Change(TokenReader reader, string kind) => new()
    {
        ChangeKind = Value<TokenChangeKind>(nameof(TokenChange.ChangeKind), kind),
        Service = reader.Text(nameof(TokenChange.Service)) ?? string.Empty,
        Account = reader.Text(nameof(TokenChange.Account)) ?? string.Empty,
        BaseUri = reader.Address,
        Connection = reader.Text(nameof(TokenChange.Connection)) ?? string.Empty,
        Id = reader.Text(nameof(TokenChange.Id)) ?? string.Empty,
        Name = reader.Text(nameof(TokenChange.Name)) ?? string.Empty,
        Property = reader.Text(nameof(TokenChange.Property)),
        OldValue = reader.Text(nameof(TokenChange.OldValue)),
        NewValue = reader.Text(nameof(TokenChange.NewValue)),
    };

    private static T Value<T>(string property, string text)
        where T : struct, Enum =>
        Enum.TryParse(text, ignoreCase: true, out T known) && Enum.IsDefined(typeof(T), known)
            ? known
            : throw Invalid(property, text, $"Specify {string.Join(", ", Enum.GetNames(typeof(T)))}.");

    private static ReportFinding Finding(TokenReader reader, string rule, string severity) => new()
    {
        RuleId = rule,
        Severity = Value<ReportSeverity>(nameof(ReportFinding.Severity), severity),
        Service = reader.Text(nameof(ReportFinding.Service)) ?? string.Empty,
        Account = reader.Text(nameof(ReportFinding.Account)) ?? string.Empty,
        BaseUri = reader.Address,
        Connection = reader.Text(nameof(ReportFinding.Connection)) ?? string.Empty,
        Id = reader.Text(nameof(ReportFinding.Id)) ?? string.Empty,
        Name = reader.Text(nameof(ReportFinding.Name)) ?? string.Empty,
        Message = reader.Text(nameof(ReportFinding.Message)) ?? string.Empty,
        RecommendedAction = reader.Text(nameof(ReportFinding.RecommendedAction)) ?? string.Empty,
        WaivedBy = reader.Text(nameof(ReportFinding.WaivedBy)),
        WaivedUntil = Time(reader, nameof(ReportFinding.WaivedUntil)),
        WaiverReason = reader.Text(nameof(ReportFinding.WaiverReason)),
    };

    private static DateTimeOffset? Time(TokenReader reader, string property) => reader.TryReadTime(property, out DateTimeOffset? time)
        ? time
        : throw Invalid(property, $"{reader.Value(property)}", "Specify a time such as 2026-12-31T00:00:00Z.");

    private static ApiTokenException Invalid(string property, string value, string action) =>
        ApiTokenException.InvalidParameter("InputObject", $"its {property} '{ForeignText.Argument(value)}' cannot be read.", action);
}
