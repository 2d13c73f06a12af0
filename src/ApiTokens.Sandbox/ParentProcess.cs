using System.Diagnostics;

namespace ApiTokens.Sandbox;

/// <summary>Waits for the parent process, so that the sandbox does not outlive it.</summary>
internal static class ParentProcess
{
    /// <summary>Completes when the process has ended, or immediately if it does not exist. Without an id, it never completes.</summary>
    public static async Task WaitForExitAsync(int? processId, CancellationToken cancellationToken)
    {
        if (processId is not { } id)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return;
        }

        try
        {
            using var parent = Process.GetProcessById(id);
            await parent.WaitForExitAsync(cancellationToken);
        }
        catch (ArgumentException)
        {
            // The process has already ended.
        }
    }
}
