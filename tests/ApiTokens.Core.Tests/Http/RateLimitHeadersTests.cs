using System.Net.Http.Headers;
using ApiTokens.Http;
using FsCheck;
using FsCheck.Fluent;

namespace ApiTokens.Core.Tests.Http;

public sealed class RateLimitHeadersTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 31, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("RateLimit: \"default\";r=50;t=30", 50d, 30d, null, null)]
    [InlineData("RateLimit: \"default\";r=50;t=30 | RateLimit-Policy: \"default\";q=100;w=60", 50d, 30d, 100d, 60d)]
    [InlineData("RateLimit: \"a;b, c\"; r=5; t=3|RateLimit-Policy: \"a;b, c\";w=60;q=100;pk=:Y2Q=:", 5d, 3d, 100d, 60d)]
    [InlineData("RateLimit: \"default\";r=50 | RateLimit-Policy: \"default\";q=100;w=60", 50d, 60d, 100d, 60d)]
    [InlineData("RateLimit: default;r=0;t=0", 0d, 0d, null, null)]
    [InlineData("RateLimit: \"h\";r=900;t=3000, \"s\";r=1;t=1|RateLimit-Policy: \"s\";q=10;w=1, \"h\";q=1000;w=3600", 1d, 1d, 10d, 1d)]
    [InlineData("RateLimit: limit=100, remaining=50, reset=30", 50d, 30d, 100d, null)]
    [InlineData("RateLimit: limit=100, remaining=50, reset=30 | RateLimit-Policy: 100;w=60", 50d, 30d, 100d, 60d)]
    [InlineData("RateLimit-Limit: 100 | RateLimit-Remaining: 50 | RateLimit-Reset: 30", 50d, 30d, 100d, null)]
    [InlineData("RateLimit-Limit: 100, 100;w=60 | RateLimit-Remaining: 50 | RateLimit-Reset: 30", 50d, 30d, 100d, null)]
    [InlineData("RateLimit-Limit: 100;w=60 | RateLimit-Remaining: 50 | RateLimit-Reset: 30", 50d, 30d, 100d, 60d)]
    [InlineData("x-ratelimit-limit: 100 | x-ratelimit-remaining: 50 | x-ratelimit-reset: 30", 50d, 30d, 100d, null)]
    [InlineData("X-RateLimit-Remaining: 50 | X-RateLimit-Reset: 1.5", 50d, 1.5d, null, null)]
    [InlineData("X-Rate-Limit-Limit: 100 | X-Rate-Limit-Remaining: 50 | X-Rate-Limit-Reset: 30", 50d, 30d, 100d, null)]
    [InlineData("X-RateLimit-Limit: 100 | X-RateLimit-Remaining: 50 | X-RateLimit-Reset: 1774958430", 50d, 30d, 100d, null)]
    [InlineData("X-RateLimit-Limit: 100 | X-RateLimit-Remaining: 50 | X-RateLimit-Reset: 1774958430500", 50d, 30.5d, 100d, null)]
    [InlineData("X-RateLimit-Remaining: 50 | X-RateLimit-Reset: 1774958398", 50d, 0d, null, null)]
    [InlineData("X-RateLimit-Limit: 0 | X-RateLimit-Remaining: 50 | X-RateLimit-Reset: 30", 50d, 30d, null, null)]
    public void Read_KnownForm_ReturnsLimit(string headers, double remaining, double reset, double? limit, double? window)
    {
        RateLimitStatus status = Assert.NotNull(RateLimitHeaders.Read(Headers(headers), Now));

        Assert.Equal((remaining, limit, window), (status.Remaining, status.Limit, status.Window));
        Assert.Equal(reset, status.Reset, tolerance: 0.01);
    }

    [Theory]
    [InlineData("X-Other: 1")]
    [InlineData("RateLimit: \"default\";r=50")]
    [InlineData("RateLimit: \"default\";r=many;t=30")]
    [InlineData("RateLimit: \"default\";r=-1;t=30")]
    [InlineData("RateLimit: \"default\";r=1e3;t=30")]
    [InlineData("RateLimit: \"default\";r=99999999999;t=30")]
    [InlineData("RateLimit: \"default\";r=5;t=99999999999")]
    [InlineData("RateLimit: \"default;r=50;t=30")]
    [InlineData("RateLimit: ;;,,;=;=,=")]
    [InlineData("RateLimit: limit=100, remaining=50")]
    [InlineData("X-RateLimit-Remaining: 50")]
    [InlineData("X-RateLimit-Remaining: 50 | X-RateLimit-Reset: -5")]
    [InlineData("X-RateLimit-Remaining: 50 | X-RateLimit-Reset: Tue, 31 Mar 2026 12:00:30 GMT")]
    [InlineData("X-RateLimit-Remaining: 50 | X-RateLimit-Reset: 1500000000")]
    [InlineData("X-RateLimit-Remaining: 50 | X-RateLimit-Reset: 9999999999999999999999")]
    public void Read_NotPlausible_IsIgnored(string headers) => Assert.Null(RateLimitHeaders.Read(Headers(headers), Now));

    [Fact]
    public void Read_TooLong_IsIgnored()
    {
        Assert.Null(RateLimitHeaders.Read(Headers($"RateLimit: \"{new string('a', 2000)}\";r=50;t=30"), Now));
        Assert.Null(RateLimitHeaders.Read(Headers($"RateLimit: {string.Join(',', Enumerable.Repeat("a", 20))}, \"b\";r=50;t=30"), Now));
    }

    [Fact]
    public void Read_AnyText_DoesNotThrow()
    {
        string[] names =
        [
            "RateLimit", "RateLimit-Policy", "RateLimit-Limit", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
        ];
        Prop.ForAll<string[]>(values =>
        {
            using var response = new HttpResponseMessage();
            for (int i = 0; i < values.Length; i++)
            {
                response.Headers.TryAddWithoutValidation(names[i % names.Length], values[i]);
            }

            RateLimitStatus? status = RateLimitHeaders.Read(response.Headers, Now);
            Assert.True(status is null or { Remaining: >= 0, Reset: >= 0 });
        }).QuickCheckThrowOnFailure();
    }

    private static HttpResponseHeaders Headers(string text)
    {
        var response = new HttpResponseMessage();
        foreach (string header in text.Split('|'))
        {
            string[] parts = header.Split(':', 2);
            Assert.True(response.Headers.TryAddWithoutValidation(parts[0].Trim(), parts[1].Trim()));
        }

        return response.Headers;
    }
}
