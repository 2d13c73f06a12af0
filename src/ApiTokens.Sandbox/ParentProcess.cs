using System.Diagnostics;

namespace ApiTokens.Sandbox;

/// <summary>Watches the process on whose behalf the sandbox runs, so that no sandbox outlives it.</summary>
internal static class ParentProcess
{
    /// <summary>Completes when the process has ended; at once if there is none with this id. Never without an id.</summary>
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
            // It has ended already.
        }
    }
}
