using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NJsonSchema;
using YamlDotNet.Serialization;

namespace ApiTokens.Sandbox.Tests;

/// <summary>Reads the published description of the Application Users API and validates requests and responses against it.</summary>
internal sealed class OpenApiContract
{
    private const string Schemas = "#/components/schemas/";

    private readonly JsonObject _document;
    private readonly List<Operation> _operations;
    private readonly ConcurrentDictionary<string, Task<JsonSchema>> _schemas = new();

    private OpenApiContract(JsonObject document)
    {
        _document = document;
        _operations = [.. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()
            .Where(member => member.Key is "get" or "post" or "patch")
            .Select(member => new Operation(member.Key, Template(path.Key), member.Value!.AsObject())))];
    }

    public static OpenApiContract Instance { get; } = new(Read());

    /// <summary>Every documented pair of operation and status, such as <c>editToken 409</c>.</summary>
    public IEnumerable<string> DocumentedResponses =>
        _operations.SelectMany(operation => operation.Responses.Select(response => $"{operation.Id} {response.Key}"));

    /// <summary>The examples of bodies in the document, each with its schema.</summary>
    public IEnumerable<(string Where, JsonNode Schema, JsonNode Example)> Examples =>
        MediaTypes(_document, "#").Where(found => found.Node["example"] is not null)
            .Select(found => (found.Where, found.Node["schema"]!, found.Node["example"]!));

    /// <summary>Checks a response, and the request if it was accepted; returns the pair of operation and status.</summary>
    public async Task<string> CheckAsync(HttpMethod method, string path, string? request, int status, string? contentType, string body)
    {
        Operation operation = _operations.SingleOrDefault(operation => operation.Matches(method, path))
            ?? throw new InvalidOperationException($"The document has no operation {method} {path}.");
        string pair = $"{operation.Id} {status}";
        JsonNode response = operation.Responses[$"{status}"] is { } found
            ? Resolve(found)
            : throw new InvalidOperationException($"The document has no {pair}.");
        JsonNode media = response["content"]![contentType ?? ""] ?? throw new InvalidOperationException(
            $"{pair} has no content type '{contentType}'.");
        await CheckAsync(pair, media["schema"]!, body);
        if (status < 300 && request is not null)
        {
            await CheckAsync($"the request of {pair}", operation.Json["requestBody"]!["content"]!["application/json"]!["schema"]!, request);
        }

        return pair;
    }

    public async Task CheckAsync(string where, JsonNode schema, string json)
    {
        JsonSchema compiled = await _schemas.GetOrAdd(schema.ToJsonString(), CompileAsync);
        var errors = compiled.Validate(json);
        Assert.True(errors.Count == 0, $"{where}: {string.Join("; ", errors.Select(error => error.ToString()))} in {json}");
    }

    // The schemas of OpenAPI 3.1 are JSON Schema; only their location differs.
    private Task<JsonSchema> CompileAsync(string schema)
    {
        JsonObject root = Resolve(JsonNode.Parse(schema)!).DeepClone().AsObject();
        root["definitions"] = _document["components"]!["schemas"]!.DeepClone();
        return JsonSchema.FromJsonAsync(root.ToJsonString().Replace(Schemas, "#/definitions/", StringComparison.Ordinal));
    }

    private JsonNode Resolve(JsonNode node) => node["$ref"]?.GetValue<string>() is { } reference
        ? reference[2..].Split('/').Aggregate((JsonNode)_document, (parent, name) => parent[name]!)
        : node;

    private static IEnumerable<(string Where, JsonObject Node)> MediaTypes(JsonNode node, string where)
    {
        IEnumerable<(string Where, JsonNode? Node)> children = node switch
        {
            JsonObject parent => parent.Select(child => ($"{where}/{child.Key}", child.Value)),
            JsonArray parent => parent.Select((child, index) => ($"{where}/{index}", child)),
            _ => [],
        };
        IEnumerable<(string, JsonObject)> self = node is JsonObject media && where.EndsWith("json", StringComparison.Ordinal)
            ? [(where, media)]
            : [];
        return self.Concat(children.Where(child => child.Node is not null).SelectMany(child => MediaTypes(child.Node!, child.Where)));
    }

    private static JsonObject Read()
    {
        using StreamReader reader = File.OpenText(Path.Combine(AppContext.BaseDirectory, "application-users-api.yaml"));
        object? graph = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize(reader);
        return JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(graph))!.AsObject();
    }

    private static Regex Template(string path) => new($"^{Regex.Replace(path, @"\\?\{[^}]*\}", "[^/]+")}$", RegexOptions.CultureInvariant);

    private sealed record Operation(string Method, Regex Path, JsonObject Json)
    {
        public string Id => Json["operationId"]!.GetValue<string>();

        public JsonObject Responses => Json["responses"]!.AsObject();

        public bool Matches(HttpMethod method, string path) =>
            method.Method.Equals(Method, StringComparison.OrdinalIgnoreCase) && Path.IsMatch(path);
    }
}
