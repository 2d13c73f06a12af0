using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.Http;

/// <summary>
/// Reads the timestamp formats of the services: <c>2024-11-26T14:38:18.000+0000</c> (Devo), <c>…Z</c>,
/// <c>2021-01-01 12:00:00+00:00</c> (older Gcore), with any number of decimals. A timestamp without an offset is UTC.
/// </summary>
internal sealed class TimestampConverter : JsonConverter<DateTimeOffset?>
{
    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Null => null,

            // The usual format has a much faster parser than the other formats.
            JsonTokenType.String when reader.TryGetDateTimeOffset(out DateTimeOffset time) && IsUsual(reader.ValueSpan) =>
                time.ToUniversalTime(),
            JsonTokenType.String when reader.GetString() is var text => string.IsNullOrEmpty(text) ? null : Parse(text!),
            _ => throw new JsonException(),
        };

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options)
    {
        if (value is { } time)
        {
            writer.WriteStringValue(time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    // TryGetDateTimeOffset uses the local offset if there is none, and truncates decimals beyond the seventh.
    private static bool IsUsual(ReadOnlySpan<byte> text) => text.Length > 6
        && (text[text.Length - 1] == (byte)'Z' ? text.Length <= "2021-01-01T12:00:00.1234567Z".Length
            : text[text.Length - 6] is (byte)'+' or (byte)'-' && text.Length <= "2021-01-01T12:00:00.1234567+00:00".Length);

    private static DateTimeOffset Parse(string text)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out DateTimeOffset time)
            || DateTimeOffset.TryParse(WithColonInOffset(text), CultureInfo.InvariantCulture, Utc, out time)
            ? time
            : throw new JsonException();
    }

    private static string WithColonInOffset(string text) =>
        text.Length > 5 && text[text.Length - 5] is '+' or '-' ? text.Insert(text.Length - 2, ":") : text;
}

/// <summary>Reads an id that may be a JSON number or a JSON string.</summary>
internal sealed class IdConverter : JsonConverter<string?>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number when reader.TryGetInt64(out long number) => number.ToString(CultureInfo.InvariantCulture),
        _ => throw new JsonException(),
    };

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
