using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace ApiTokens.Sandbox.Http;

/// <summary>The JSON object of a request. Reading a field of the wrong type throws an error in the format of the service.</summary>
internal sealed class RequestBody
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    private readonly JsonElement _json;
    private readonly Func<BodyFault, HttpErrorException> _createError;

    private RequestBody(JsonElement json, Func<BodyFault, HttpErrorException> createError)
    {
        _json = json;
        _createError = createError;
    }

    public IEnumerable<string> Fields => _json.EnumerateObject().Select(property => property.Name);

    /// <summary>Like <see cref="ReadStrictAsync"/>, but treats a missing body as an empty object.</summary>
    public static async Task<RequestBody> ReadOptionalAsync(
        HttpRequest request, Func<BodyFault, HttpErrorException> createError, params string[] fields)
    {
        bool hasBody = request.HttpContext.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody;
        return hasBody ? await ReadStrictAsync(request, createError, fields) : new RequestBody(Empty, createError);
    }

    /// <summary>Reads the body, and throws if it has a field that is not in <paramref name="fields"/>.</summary>
    public static async Task<RequestBody> ReadStrictAsync(
        HttpRequest request, Func<BodyFault, HttpErrorException> createError, params string[] fields)
    {
        RequestBody body = await ReadAsync(request, createError);
        body.RequireKnown(fields);
        return body;
    }

    /// <summary>Reads the body. Unknown fields are ignored.</summary>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, Func<BodyFault, HttpErrorException> createError)
    {
        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes, request.HttpContext.RequestAborted);
        if (bytes.Length == 0)
        {
            throw createError(new BodyFault(BodyFaultKind.Missing, "", "is missing"));
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new RequestBody(document.RootElement.Clone(), createError)
                : throw createError(new BodyFault(BodyFaultKind.NotAnObject, "", "must be an object"));
        }
        catch (JsonException exception)
        {
            throw createError(new BodyFault(
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
        Find(field, JsonValueKind.Object, "must be an object") is { } value ? new RequestBody(value, _createError) : null;

    public List<string>? Texts(string field)
    {
        const string Expected = "must be an array of strings";
        return Find(field, JsonValueKind.Array, Expected) is { } value
            ? [.. value.EnumerateArray().Select(item =>
                item.ValueKind == JsonValueKind.String ? item.GetString()! : throw WrongType(field, Expected))]
            : null;
    }

    /// <summary>Reads an array of objects. Each of them may have only the fields in <paramref name="fields"/>.</summary>
    public List<RequestBody>? Objects(string field, params string[] fields)
    {
        const string Expected = "must be an array of objects";
        if (Find(field, JsonValueKind.Array, Expected) is not { } value)
        {
            return null;
        }

        var items = new List<RequestBody>();
        foreach (JsonElement item in value.EnumerateArray())
        {
            var body = new RequestBody(item.ValueKind == JsonValueKind.Object ? item : throw WrongType(field, Expected), _createError);
            body.RequireKnown(fields);
            items.Add(body);
        }

        return items;
    }

    private void RequireKnown(string[] fields)
    {
        if (Fields.FirstOrDefault(field => !fields.Contains(field, StringComparer.Ordinal)) is { } unknown)
        {
            throw _createError(new BodyFault(BodyFaultKind.UnknownField, unknown, "is not allowed"));
        }
    }

    private JsonElement? Find(string field, JsonValueKind kind, string expected)
    {
        if (!_json.TryGetProperty(field, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind == kind ? value : throw WrongType(field, expected);
    }

    private HttpErrorException WrongType(string field, string expected) =>
        _createError(new BodyFault(BodyFaultKind.WrongType, field, expected));
}
