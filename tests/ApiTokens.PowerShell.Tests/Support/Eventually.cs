using System.Diagnostics;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Waits for a condition instead of for a fixed time.</summary>
public static class Eventually
{
    /// <summary>Waits until a condition holds, and fails after a timeout.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="failure">The message of the failure.</param>
    /// <param name="seconds">The timeout.</param>
    public static void True(Func<bool> condition, string failure, int seconds = 60)
    {
        var elapsed = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(elapsed.Elapsed < TimeSpan.FromSeconds(seconds), failure);
            Thread.Sleep(10);
        }
    }
}
