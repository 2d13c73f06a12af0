namespace ApiTokens.Http;

/// <summary>The rate limit that a response tells.</summary>
/// <param name="Remaining">The number of requests that are left.</param>
/// <param name="Reset">The time until more are allowed, in seconds.</param>
/// <param name="Limit">The number of requests in a window; null if the response does not tell it.</param>
/// <param name="Window">The length of the window in seconds; null if the response does not tell it.</param>
internal readonly record struct RateLimitStatus(double Remaining, double Reset, double? Limit, double? Window);
