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
    public void Every_spelling_is_read_as_utc(string text, string moment)
    {
        var read = JsonSerializer.Deserialize<DateTimeOffset?>($"\"{text}\"", Options);

        Assert.Equal(DateTimeOffset.Parse(moment, null), read);
        Assert.Equal(TimeSpan.Zero, read!.Value.Offset);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    public void Nothing_is_no_moment(string json)
    {
        Assert.Null(JsonSerializer.Deserialize<DateTimeOffset?>(json, Options));
    }

    [Theory]
    [InlineData("\"yesterday\"")]
    [InlineData("\"2021-13-01T00:00:00Z\"")]
    [InlineData("1700000000")]
    [InlineData("{}")]
    public void What_is_no_moment_is_refused(string json)
    {
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<DateTimeOffset?>(json, Options));
    }

    [Fact]
    public void A_moment_is_written_in_utc_with_six_decimals()
    {
        DateTimeOffset? moment = new DateTimeOffset(2027, 1, 1, 14, 0, 0, TimeSpan.FromHours(2)).AddTicks(1234567);

        Assert.Equal("\"2027-01-01T12:00:00.123456Z\"", JsonSerializer.Serialize(moment, Options));
    }
}
