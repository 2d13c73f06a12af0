namespace ApiTokens.PowerShell;

/// <summary>The system clock for the cmdlets.</summary>
/// <remarks>
/// It is not a TimeProvider, because this assembly is in the default load context of PowerShell, which can load ApiTokens.Core but
/// none of the packages that the core uses.
/// </remarks>
internal static class Clock
{
#pragma warning disable RS0030 // The only place that reads the clock.
    public static DateTimeOffset UtcNow => DateTimeOffset.UtcNow;
#pragma warning restore RS0030
}
