using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace ApiTokens.Sandbox.Http;

/// <summary>A JSON object sent by a client. Reading a field of the wrong type is refused in the words of the emulator.</summary>
internal sealed class RequestBody
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    private readonly JsonElement _json;
    private readonly Func<BodyFault, HttpErrorException> _refuse;

    private RequestBody(JsonElement json, Func<BodyFault, HttpErrorException> refuse)
    {
        _json = json;
        _refuse = refuse;
    }

    public IEnumerable<string> Fields => _json.EnumerateObject().Select(property => property.Name);

    /// <summary>Like <see cref="ReadStrictAsync"/>, but no body at all is as good as an empty object.</summary>
    public static async Task<RequestBody> ReadOptionalAsync(HttpRequest request, Func<BodyFault, HttpErrorException> refuse, params string[] fields)
    {
        bool hasBody = request.HttpContext.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody;
        return hasBody ? await ReadStrictAsync(request, refuse, fields) : new RequestBody(Empty, refuse);
    }

    /// <summary>Reads the body; any field that is not in <paramref name="fields"/> is refused.</summary>
    public static async Task<RequestBody> ReadStrictAsync(HttpRequest request, Func<BodyFault, HttpErrorException> refuse, params string[] fields)
    {
        RequestBody body = await ReadAsync(request, refuse);
        string? unknown = body.Fields.FirstOrDefault(field => !fields.Contains(field, StringComparer.Ordinal));
        return unknown is null ? body : throw refuse(new BodyFault(BodyFaultKind.UnknownField, unknown, "is not allowed"));
    }

    /// <summary>Reads the body; fields that nobody asks for are ignored.</summary>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, Func<BodyFault, HttpErrorException> refuse)
    {
        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes, request.HttpContext.RequestAborted);
        if (bytes.Length == 0)
        {
            throw refuse(new BodyFault(BodyFaultKind.Missing, "", "is missing"));
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new RequestBody(document.RootElement.Clone(), refuse)
                : throw refuse(new BodyFault(BodyFaultKind.NotAnObject, "", "must be an object"));
        }
        catch (JsonException exception)
        {
            throw refuse(new BodyFault(
                BodyFaultKind.NotJson, "", $"line {exception.LineNumber + 1} column {exception.BytePositionInLine + 1}"));
        }
    }

    public bool Has(string field) => _json.TryGetProperty(field, out _);

    public bool HasNull(string field) => _json.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.Null;

    public string? Text(string field) => Find(field, JsonValueKind.String, "must be a string")?.GetString();

    public int? Integer(string field)
    {
        if (Find(field, JsonValueKind.Number, "must be an integer") is not { } value)
        {
            return null;
        }

        return value.TryGetInt32(out int number) ? number : throw WrongType(field, "must be an integer");
    }

    public double? Number(string field) => Find(field, JsonValueKind.Number, "must be a number")?.GetDouble();

    public RequestBody? Object(string field) =>
        Find(field, JsonValueKind.Object, "must be an object") is { } value ? new RequestBody(value, _refuse) : null;

    public List<string>? Texts(string field)
    {
        const string Expected = "must be an array of strings";
        return Find(field, JsonValueKind.Array, Expected) is { } value
            ? [.. value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw WrongType(field, Expected))]
            : null;
    }

    private JsonElement? Find(string field, JsonValueKind kind, string expected)
    {
        if (!_json.TryGetProperty(field, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind == kind ? value : throw WrongType(field, expected);
    }

    private HttpErrorException WrongType(string field, string expected) => _refuse(new BodyFault(BodyFaultKind.WrongType, field, expected));
}
