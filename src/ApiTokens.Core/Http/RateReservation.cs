namespace ApiTokens.Http;

/// <summary>A time to send a request, in seconds, or to ask again.</summary>
/// <param name="At">The time. After the wait, the time at which the request is sent.</param>
/// <param name="Pauses">The number of pauses when the time was reserved; negative if nothing is reserved.</param>
/// <param name="Number">The number of the reservation, from 1.</param>
internal readonly record struct RateReservation(double At, int Pauses, long Number)
{
    public static RateReservation AskAgain(double at) => new(at, Pauses: -1, Number: 0);
}
