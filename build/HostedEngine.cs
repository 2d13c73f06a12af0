using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ApiTokens.Build;

/// <summary>
/// The PowerShell engine from NuGet, in this process, for machines that have the .NET SDK and no PowerShell. It has the language
/// and Microsoft.PowerShell.Core, and none of the modules that PowerShell ships.
/// </summary>
internal static class HostedEngine
{
    public static string Version => PSVersionInfo.PSVersion.ToString(3);

    /// <summary>Runs a script with its output on the console, and gives its exit code: 1 where an error ends it.</summary>
    public static int RunFile(string path, IReadOnlyDictionary<string, object> parameters)
    {
        if (Console.IsOutputRedirected)
        {
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        }

        var host = new ConsoleHost();
        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        }

        using Runspace runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        shell.AddCommand(path);
        foreach ((string name, object value) in parameters)
        {
            shell.AddParameter(name, value);
        }

        shell.AddCommand("Out-Default");
        try
        {
            shell.Invoke();
        }
        catch (RuntimeException e)
        {
            Console.Error.WriteLine(e.ErrorRecord);
            Console.Error.WriteLine(e.ErrorRecord.ScriptStackTrace);
            return 1;
        }

        return host.ExitCode;
    }
}
