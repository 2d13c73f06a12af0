using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace ApiTokens.Reports;

/// <summary>The whole report for other programs: names are as the services have them, moments are UTC.</summary>
internal sealed class JsonReport : IReportFormat
{
    /// <summary>Leaves letters of all scripts readable; what has a meaning in HTML, or is hidden, is escaped.</summary>
    public static readonly JavaScriptEncoder Encoder = CreateEncoder();

    public string Extension => ".json";

    public void Write(TokenReport report, Stream stream)
    {
        var content = new ReportContent(
            report.Title,
            report.CreatedAt,
            [.. report.Services.Select(service => new ServiceTotal(
                service,
                report.Tokens.Count(token => TokenReport.IsOf(token, service)),
                Enum.GetValues(typeof(TokenStatus)).Cast<TokenStatus>().ToDictionary(status => status.ToString(), status => report.Count(status, service))))],
            report.Tokens,
            report.Findings);
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = Encoder, Indented = true, NewLine = "\n" });
        JsonSerializer.Serialize(writer, content, ReportJson.Default.ReportContent);
    }

    private static JavaScriptEncoder CreateEncoder()
    {
        var allowed = new TextEncoderSettings(UnicodeRanges.All);
        allowed.ForbidCharacters([.. Enumerable.Range(0, char.MaxValue + 1).Select(code => (char)code).Where(c => CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format)]);
        return JavaScriptEncoder.Create(allowed);
    }
}

/// <summary>What stands in the file.</summary>
internal sealed record ReportContent(
    string Title,
    DateTimeOffset CreatedAt,
    IReadOnlyList<ServiceTotal> Totals,
    IReadOnlyList<ReportToken> Tokens,
    IReadOnlyList<ReportFinding> Findings);

/// <summary>How many tokens a service has, and of which status.</summary>
internal sealed record ServiceTotal(string Service, int Tokens, IReadOnlyDictionary<string, int> ByStatus);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ReportContent))]
internal sealed partial class ReportJson : JsonSerializerContext;
