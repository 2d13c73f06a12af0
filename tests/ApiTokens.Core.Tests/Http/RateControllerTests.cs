using ApiTokens.Http;

namespace ApiTokens.Core.Tests.Http;

public sealed class RateControllerTests
{
    private readonly RateController _controller = new();

    [Fact]
    public void Reserve_Paused_AsksAgainAtEndOfPause()
    {
        _controller.OnRejected(now: 1, sentAt: 1, requestedWait: 3, pausesAtSend: null);

        RateReservation reservation = _controller.Reserve(2);

        Assert.Equal(4, reservation.At);
        Assert.True(_controller.IsStale(reservation, 4));
        Assert.False(_controller.IsStale(_controller.Reserve(4), 4));
    }

    [Fact]
    public void Reserve_FourRejectionsInARow_SendsOneRequestUntilItIsAccepted()
    {
        double now = 0;
        for (int i = 0; i < 4; i++)
        {
            now = _controller.Reserve(now).At;
            now = _controller.Reserve(now).At;
            _controller.OnRejected(now, now, requestedWait: 1, _controller.Pauses);
        }

        now = _controller.Reserve(now).At;
        RateReservation first = _controller.Reserve(now);
        Assert.Equal(now, first.At);
        Assert.True(_controller.IsStale(_controller.Reserve(now), now));

        _controller.OnAccepted(now + 0.05, now);
        Assert.False(_controller.IsStale(_controller.Reserve(now + 0.05), now + 0.05));
    }

    [Fact]
    public void OnStatus_NothingLeft_WaitsUntilReset()
    {
        RateReservation request = _controller.Reserve(0);
        _controller.OnStatus(0.1, new RateLimitStatus(Remaining: 0, Reset: 20, Limit: 100, Window: 60), request);

        RateReservation next = _controller.Reserve(1);

        Assert.Equal(20.1, next.At, tolerance: 1e-6);
        Assert.True(_controller.IsStale(next, next.At));
        Assert.Equal(21, _controller.Reserve(21).At);
    }

    [Fact]
    public void OnStatus_OutstandingRequests_AreNotSpentTwice()
    {
        RateReservation first = _controller.Reserve(0);
        for (int i = 0; i < 5; i++)
        {
            _controller.Reserve(0);
        }

        _controller.OnStatus(0.1, new RateLimitStatus(Remaining: 5, Reset: 5, Limit: 10, Window: 5), first);

        Assert.Equal(5.1, _controller.Reserve(0.2).At, tolerance: 1e-6);
    }

    [Fact]
    public void OnStatus_PartLeft_SpreadsItOverTheRest()
    {
        _controller.OnStatus(0, new RateLimitStatus(Remaining: 20, Reset: 10, Limit: 100, Window: 60), _controller.Reserve(0));

        double first = _controller.Reserve(0).At;
        Assert.Equal(0.5, _controller.Reserve(0).At - first, tolerance: 1e-6);
    }

    [Theory]
    [InlineData(60, 100, 60)]
    [InlineData(1, 5000, 3600)]
    public void OnStatus_MostLeftOrLongWindow_DoesNotWait(double remaining, double limit, double window)
    {
        RateReservation request = _controller.Reserve(0);
        _controller.OnStatus(0.1, new RateLimitStatus(remaining, window / 2, limit, window), request);

        Assert.Equal(1, _controller.Reserve(1).At);
        Assert.Equal(1, _controller.Reserve(1).At);
    }

    [Theory]
    [InlineData(50, 100)]
    [InlineData(100, 50)]
    public void OnStatus_CapIsSet_SmallerRateWins(double cap, double limit)
    {
        _controller.Cap = cap;
        _controller.OnStatus(0, new RateLimitStatus(limit - 1, Reset: 1, limit, Window: 1), _controller.Reserve(0));

        double first = _controller.Reserve(0).At;
        Assert.Equal(1 / (0.98 * 50), _controller.Reserve(0).At - first, tolerance: 1e-6);
    }
}
