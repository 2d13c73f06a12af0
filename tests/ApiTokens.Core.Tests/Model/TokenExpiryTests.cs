namespace ApiTokens.Core.Tests.Model;

public sealed class TokenExpiryTests
{
    [Fact]
    public void AtMoment_LocalTime_ReturnsUtc()
    {
        var expiry = TokenExpiry.AtTime(new DateTimeOffset(2027, 1, 1, 1, 0, 0, TimeSpan.FromHours(3)));

        Assert.Equal(TimeSpan.Zero, expiry.GetExpiration(DateTimeOffset.UnixEpoch)!.Value.Offset);
        Assert.Equal(new DateTimeOffset(2026, 12, 31, 22, 0, 0, TimeSpan.Zero), expiry.GetExpiration(DateTimeOffset.UnixEpoch));
    }

    [Theory]
    [InlineData("2026-11-30T10:00:00Z", 3, "2027-02-28T10:00:00Z")]
    [InlineData("2027-11-30T10:00:00Z", 3, "2028-02-29T10:00:00Z")]
    [InlineData("2026-08-31T10:00:00Z", 6, "2027-02-28T10:00:00Z")]
    [InlineData("2026-03-31T23:30:00-02:00", 12, "2027-04-01T01:30:00Z")]
    public void AfterMonths_EndOfMonth_IsClampedToLastDay(string now, int months, string expected)
    {
        Assert.Equal(DateTimeOffset.Parse(expected, null), TokenExpiry.AfterMonths(months).GetExpiration(DateTimeOffset.Parse(now, null)));
    }

    [Fact]
    public void AfterDuration_Now_IsAdded()
    {
        DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.FromHours(1));

        Assert.Equal(now.AddDays(90).ToUniversalTime(), TokenExpiry.AfterDuration(TimeSpan.FromDays(90)).GetExpiration(now));
    }

    [Fact]
    public void NeverExpiresAndServiceDefault_HaveNoExpirationAndDiffer()
    {
        Assert.Null(TokenExpiry.NeverExpires.GetExpiration(DateTimeOffset.UnixEpoch));
        Assert.Null(TokenExpiry.ServiceDefault.GetExpiration(DateTimeOffset.UnixEpoch));
        Assert.False(TokenExpiry.NeverExpires.IsServiceDefault);
        Assert.True(TokenExpiry.ServiceDefault.IsServiceDefault);
        Assert.False(TokenExpiry.AfterMonths(3).IsServiceDefault);
    }
}
