using System.Collections;
using System.Management.Automation;
using ApiTokens.Reports;

namespace ApiTokens.PowerShell.Binding;

/// <summary>
/// Makes the parts of a report of what comes down the pipeline, by its properties: tokens and findings of this session, of
/// a job or another machine, and rows of an earlier report. Nothing else is read, so no secret comes along.
/// </summary>
internal static class ReportInput
{
    /// <summary>Adds a token, or a finding and its token; false if it is neither.</summary>
    public static bool TryAdd(PSObject input, List<ReportToken> tokens, List<ReportFinding> findings)
    {
        if (input.BaseObject is ApiToken token)
        {
            tokens.Add(Token(token));
            return true;
        }

        if (PropertyText.Of(input, "RuleId") is { } rule && PropertyText.Of(input, "Severity") is { } severity)
        {
            findings.Add(Finding(input, rule, severity));
            if (Value(input, "Token") is { } about)
            {
                TryAdd(PSObject.AsPSObject(about), tokens, findings);
            }

            return true;
        }

        if (PropertyText.Of(input, "Id") is null || PropertyText.Of(input, "Service") is null)
        {
            return false;
        }

        tokens.Add(Token(input));
        return true;
    }

    /// <summary>What to say of an object that is neither a token nor a finding.</summary>
    public static ApiTokenException Unknown(PSObject input) => ApiTokenException.InvalidParameter(
        "InputObject",
        $"a {input.BaseObject.GetType().Name} is neither a token nor a finding.",
        "Pipe what Get-ApiToken and Test-ApiToken write. A token has the properties Id and Service, a finding RuleId and Severity.");

    private static ReportToken Token(ApiToken token) => new()
    {
        Service = token.Service,
        Account = token.Account,
        Connection = token.Connection,
        Id = token.Id,
        Name = token.Name,
        Description = token.Description,
        Status = token.Status,
        Owner = token.Owner,
        Issuer = token.Issuer,
        Permissions = PermissionText.Of(token),
        CreatedAt = token.CreatedAt,
        ExpiresAt = token.ExpiresAt,
        LastUsedAt = token.LastUsedAt,
    };

    private static ReportToken Token(PSObject input) => new()
    {
        Service = PropertyText.Of(input, nameof(ReportToken.Service)) ?? string.Empty,
        Account = PropertyText.Of(input, nameof(ReportToken.Account)) ?? string.Empty,
        Connection = PropertyText.Of(input, nameof(ReportToken.Connection)) ?? string.Empty,
        Id = PropertyText.Of(input, nameof(ReportToken.Id)) ?? string.Empty,
        Name = PropertyText.Of(input, nameof(ReportToken.Name)) ?? string.Empty,
        Description = PropertyText.Of(input, nameof(ReportToken.Description)),
        Status = Enum.TryParse(PropertyText.Of(input, nameof(ReportToken.Status)), ignoreCase: true, out TokenStatus status) && Enum.IsDefined(typeof(TokenStatus), status) ? status : null,
        Owner = PropertyText.Of(input, nameof(ReportToken.Owner)),
        Issuer = PropertyText.Of(input, nameof(ReportToken.Issuer)),
        Permissions = PermissionsOf(input),
        CreatedAt = Moment(input, nameof(ReportToken.CreatedAt)),
        ExpiresAt = Moment(input, nameof(ReportToken.ExpiresAt)),
        LastUsedAt = Moment(input, nameof(ReportToken.LastUsedAt)),
    };

    private static ReportFinding Finding(PSObject input, string rule, string severity) => new()
    {
        RuleId = rule,
        Severity = Enum.TryParse(severity, ignoreCase: true, out ReportSeverity known) && Enum.IsDefined(typeof(ReportSeverity), known)
            ? known
            : throw Invalid("Severity", severity, $"Give {string.Join(", ", Enum.GetNames(typeof(ReportSeverity)))}."),
        Service = PropertyText.Of(input, nameof(ReportFinding.Service)) ?? string.Empty,
        Account = PropertyText.Of(input, nameof(ReportFinding.Account)) ?? string.Empty,
        Connection = PropertyText.Of(input, nameof(ReportFinding.Connection)) ?? string.Empty,
        Id = PropertyText.Of(input, nameof(ReportFinding.Id)) ?? string.Empty,
        Name = PropertyText.Of(input, nameof(ReportFinding.Name)) ?? string.Empty,
        Message = PropertyText.Of(input, nameof(ReportFinding.Message)) ?? string.Empty,
        RecommendedAction = PropertyText.Of(input, nameof(ReportFinding.RecommendedAction)) ?? string.Empty,
    };

    /// <summary>What a token may do, in one line.</summary>
    internal static string PermissionsOf(PSObject input)
    {
        string text = PermissionText.Of(
            PropertyText.Of(input, nameof(ApiToken.Role)), Texts(input, nameof(ApiToken.Audience)), Texts(input, nameof(ApiToken.Scope)), Access(Value(input, nameof(ApiToken.Access))));
        return text.Length > 0 ? text : PropertyText.Of(input, nameof(ReportToken.Permissions)) ?? string.Empty;
    }

    private static IEnumerable<(string, string)> Access(object? access) => access switch
    {
        null => [],
        IDictionary table => table.Keys.Cast<object>().Select(key => ($"{key}", Level(table[key]))),
        _ => PSObject.AsPSObject(access).Properties.Select(property => (property.Name, Level(property.Value))),
    };

    // JSON has the number of a level in the place of its name.
    private static string Level(object? level) => Enum.TryParse($"{level}", ignoreCase: true, out AccessLevel known) ? known.ToString() : $"{level}";

    private static IEnumerable<string> Texts(PSObject input, string property) => Value(input, property) switch
    {
        null => [],
        string text => [text],
        IEnumerable items => items.Cast<object>().Select(item => $"{item}"),
        var other => [$"{other}"],
    };

    private static object? Value(PSObject input, string property) =>
        input.Properties[property]?.Value switch
        {
            PSObject { BaseObject: not PSCustomObject } wrapped => wrapped.BaseObject,
            var value => value,
        };

    private static DateTimeOffset? Moment(PSObject input, string property) => PropertyMoment.TryRead(input, property, out DateTimeOffset? moment)
        ? moment
        : throw Invalid(property, $"{Value(input, property)}", "Give a moment such as 2026-12-31T00:00:00Z.");

    private static ApiTokenException Invalid(string property, string value, string action) =>
        ApiTokenException.InvalidParameter("InputObject", $"its {property} '{SecretText.Mask(value)}' cannot be read.", action);
}
