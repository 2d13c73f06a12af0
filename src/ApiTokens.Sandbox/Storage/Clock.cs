namespace ApiTokens.Sandbox.Storage;

/// <summary>Rounds times to the precision of the database, so that the response to a write equals a later read.</summary>
internal static class Clock
{
    public static DateTimeOffset Now(this TimeProvider clock) => clock.GetUtcNow().ToMilliseconds();

    public static DateTimeOffset ToMilliseconds(this DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
