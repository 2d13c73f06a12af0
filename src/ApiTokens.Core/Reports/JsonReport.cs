using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace ApiTokens.Reports;

/// <summary>Writes the complete report for other programs. Names are unchanged, and times are UTC.</summary>
internal sealed class JsonReport : IReportFormat
{
    /// <summary>Does not escape letters of any script, but escapes HTML characters and hidden characters.</summary>
    public static readonly JavaScriptEncoder Encoder = CreateEncoder();

    public string Extension => ".json";

    public void Write(TokenReport report, Stream stream)
    {
        var content = new ReportContent(
            report.Title,
            report.CreatedAt,
            [.. report.Services.Select(service => Total(report, service))],
            report.Tokens,
            report.Findings,
            report.Operations,
            report.Changes);
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = Encoder, Indented = true, NewLine = "\n" });
        JsonSerializer.Serialize(writer, content, ReportJson.Default.ReportContent);
    }

    private static ServiceTotal Total(TokenReport report, string service) => new(
        service,
        report.Tokens.Count(token => TokenReport.IsOf(token, service)),
        Enum.GetValues(typeof(TokenStatus)).Cast<TokenStatus>()
            .ToDictionary(status => status.ToString(), status => report.Count(status, service)));

    private static JavaScriptEncoder CreateEncoder()
    {
        IEnumerable<char> characters = Enumerable.Range(0, char.MaxValue + 1).Select(code => (char)code);
        var settings = new TextEncoderSettings(UnicodeRanges.All);
        settings.ForbidCharacters([.. characters.Where(c => CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format)]);
        return JavaScriptEncoder.Create(settings);
    }
}

/// <summary>The content of the file.</summary>
internal sealed record ReportContent(
    string Title,
    DateTimeOffset CreatedAt,
    IReadOnlyList<ServiceTotal> Totals,
    IReadOnlyList<ReportToken> Tokens,
    IReadOnlyList<ReportFinding> Findings,
    IReadOnlyList<ReportOperation> Operations,
    IReadOnlyList<TokenChange> Changes);

/// <summary>The number of tokens of a service, in total and by status.</summary>
internal sealed record ServiceTotal(string Service, int Tokens, IReadOnlyDictionary<string, int> ByStatus);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ReportContent))]
internal sealed partial class ReportJson : JsonSerializerContext;
