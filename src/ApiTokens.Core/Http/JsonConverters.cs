using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiTokens.Http;

/// <summary>
/// Reads the spellings of a moment that the services use: <c>2024-11-26T14:38:18.000+0000</c> (Devo), <c>…Z</c>,
/// <c>2021-01-01 12:00:00+00:00</c> (older Gcore), any number of decimals. Without an offset it is UTC.
/// </summary>
internal sealed class TimestampConverter : JsonConverter<DateTimeOffset?>
{
    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Null => null,

            // The usual spelling, many times faster than the parser that knows all of them.
            JsonTokenType.String when reader.TryGetDateTimeOffset(out DateTimeOffset moment) && IsUsual(reader.ValueSpan) => moment.ToUniversalTime(),
            JsonTokenType.String when reader.GetString() is var text => string.IsNullOrEmpty(text) ? null : Parse(text!),
            _ => throw new JsonException(),
        };

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options)
    {
        if (value is { } moment)
        {
            writer.WriteStringValue(moment.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    // Without an offset TryGetDateTimeOffset takes the machine's own, and it cuts decimals beyond the seventh.
    private static bool IsUsual(ReadOnlySpan<byte> text) => text.Length > 6
        && (text[text.Length - 1] == (byte)'Z' ? text.Length <= "2021-01-01T12:00:00.1234567Z".Length
            : text[text.Length - 6] is (byte)'+' or (byte)'-' && text.Length <= "2021-01-01T12:00:00.1234567+00:00".Length);

    private static DateTimeOffset Parse(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset moment)
            || DateTimeOffset.TryParse(WithColonInOffset(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out moment)
            ? moment
            : throw new JsonException();

    private static string WithColonInOffset(string text) =>
        text.Length > 5 && text[text.Length - 5] is '+' or '-' ? text.Insert(text.Length - 2, ":") : text;
}

/// <summary>Reads an identifier, whether the service writes it as a number or as a text.</summary>
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
