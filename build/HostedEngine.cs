using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ApiTokens.Build;

/// <summary>
/// Hosts the PowerShell engine from NuGet in this process, for machines with the .NET SDK but without PowerShell. The engine has the
/// language and Microsoft.PowerShell.Core, but none of the modules that PowerShell ships.
/// </summary>
internal static class HostedEngine
{
    public static string Version => PSVersionInfo.PSVersion.ToString(3);

    /// <summary>Runs the script at a path. It gets its input from environment variables.</summary>
    public static int Run(string[] arguments)
    {
        Command.Require(arguments.Length == 1, "Usage: build script <path>");
        return RunFile(Path.GetFullPath(arguments[0]), new Dictionary<string, object>());
    }

    /// <summary>Runs a script with its output on the console, and returns its exit code; 1 if an error ends it.</summary>
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
