using System.Diagnostics;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Waits for what happens elsewhere.</summary>
public static class Polling
{
    /// <summary>Waits until a condition holds; fails if it does not within a minute.</summary>
    public static void WaitUntil(Func<bool> condition, string description)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), $"This did not happen within a minute: {description}.");
            Thread.Sleep(5);
        }
    }
}
