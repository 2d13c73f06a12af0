namespace ApiTokens.PowerShell;

/// <summary>The system's clock, for the cmdlets.</summary>
/// <remarks>
/// Not a TimeProvider: this assembly is in PowerShell's default load context, which is given ApiTokens.Core and none of the
/// packages that the core uses.
/// </remarks>
internal static class Clock
{
#pragma warning disable RS0030 // The one place that reads it.
    public static DateTimeOffset UtcNow => DateTimeOffset.UtcNow;
#pragma warning restore RS0030
}
