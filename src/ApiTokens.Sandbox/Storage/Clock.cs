namespace ApiTokens.Sandbox.Storage;

/// <summary>Times as the database keeps them, so that an answer to a write says the same as a later read.</summary>
internal static class Clock
{
    public static DateTimeOffset Now(this TimeProvider clock) => clock.GetUtcNow().ToMilliseconds();

    public static DateTimeOffset ToMilliseconds(this DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
