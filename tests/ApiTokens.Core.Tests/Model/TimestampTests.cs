using System.Text.Json;
using ApiTokens.Http;

namespace ApiTokens.Core.Tests.Model;

public sealed class TimestampTests
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new TimestampConverter() } };

    [Theory]
    [InlineData("2024-11-26T14:38:18.000+0000", "2024-11-26T14:38:18Z")]
    [InlineData("2024-11-26T14:38:18.000-0530", "2024-11-26T20:08:18Z")]
    [InlineData("2024-11-26T14:38:18+0200", "2024-11-26T12:38:18Z")]
    [InlineData("2016-06-13T04:00:00.000Z", "2016-06-13T04:00:00Z")]
    [InlineData("2016-06-13T04:00:00Z", "2016-06-13T04:00:00Z")]
    [InlineData("2021-01-01T12:00:00.000000Z", "2021-01-01T12:00:00Z")]
    [InlineData("2021-01-01T12:00:00.123456Z", "2021-01-01T12:00:00.123456Z")]
    [InlineData("2021-01-01T12:00:00.123456789Z", "2021-01-01T12:00:00.1234568Z")]
    [InlineData("2021-01-01 12:00:00+00:00", "2021-01-01T12:00:00Z")]
    [InlineData("2021-01-01 14:00:00+02:00", "2021-01-01T12:00:00Z")]
    [InlineData("2021-01-01 12:00:00", "2021-01-01T12:00:00Z")]
    [InlineData("2021-01-01", "2021-01-01T00:00:00Z")]
    public void Read_AnyFormat_ReturnsUtc(string text, string expected)
    {
        var read = JsonSerializer.Deserialize<DateTimeOffset?>($"\"{text}\"", Options);

        Assert.Equal(DateTimeOffset.Parse(expected, null), read);
        Assert.Equal(TimeSpan.Zero, read!.Value.Offset);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    public void Read_NullOrEmpty_ReturnsNull(string json)
    {
        Assert.Null(JsonSerializer.Deserialize<DateTimeOffset?>(json, Options));
    }

    [Theory]
    [InlineData("\"yesterday\"")]
    [InlineData("\"2021-13-01T00:00:00Z\"")]
    [InlineData("1700000000")]
    [InlineData("{}")]
    public void Read_InvalidTimestamp_Throws(string json)
    {
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<DateTimeOffset?>(json, Options));
    }

    [Fact]
    public void Write_Timestamp_IsUtcWithSixDecimals()
    {
        DateTimeOffset? timestamp = new DateTimeOffset(2027, 1, 1, 14, 0, 0, TimeSpan.FromHours(2)).AddTicks(1234567);

        Assert.Equal("\"2027-01-01T12:00:00.123456Z\"", JsonSerializer.Serialize(timestamp, Options));
    }
}
