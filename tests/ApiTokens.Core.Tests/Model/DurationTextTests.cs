namespace ApiTokens.Core.Tests.Model;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("2w", 14 * 24)]
    [InlineData("90d", 90 * 24)]
    [InlineData(" 12H ", 12)]
    [InlineData("30m", 0.5)]
    [InlineData("1.5d", 36)]
    [InlineData("90.00:00", 90 * 24)]
    public void TryParse_Duration_ReturnsTimeSpan(string text, double hours)
    {
        Assert.True(DurationText.TryParse(text, out TimeSpan duration));
        Assert.Equal(TimeSpan.FromHours(hours), duration);
    }

    [Theory]
    [InlineData("6mo", 6)]
    [InlineData("12MO", 12)]
    [InlineData("1y", 12)]
    [InlineData("100y", 1200)]
    public void TryParseMonths_MonthsOrYears_ReturnsMonths(string text, int months)
    {
        Assert.True(DurationText.TryParseMonths(text, out int read));
        Assert.Equal(months, read);
        Assert.False(DurationText.TryParse(text, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("mo")]
    [InlineData("-1mo")]
    [InlineData("1.5mo")]
    [InlineData("101y")]
    [InlineData("99999999999mo")]
    [InlineData("90d")]
    public void TryParseMonths_InvalidText_ReturnsFalse(string text)
    {
        Assert.False(DurationText.TryParseMonths(text, out _));
    }
}
