using System.Diagnostics;
using System.Globalization;

namespace ApiTokens.PowerShell.Sandbox;

/// <summary>A running sandbox: a separate process on this machine, which ends with the current process.</summary>
internal sealed class SandboxProcess : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private SandboxProcess(Process process)
    {
        _process = process;
    }

    public int Id => _process.Id;

    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts the process, and reads the line of JSON that it writes when it is ready.</summary>
    public static SandboxProcess Start(IEnumerable<string> arguments, CancellationToken cancellationToken, out SandboxReady ready)
    {
        var process = new SandboxProcess(Launch(arguments));
        try
        {
            using CancellationTokenRegistration registration = cancellationToken.Register(process.Dispose);
            Task<string?> line = process._process.StandardOutput.ReadLineAsync();
            ready = line.Wait(StartTimeout) && line.Result is { } text && SandboxReady.Parse(text) is { } description
                ? description
                : throw new ApiTokenException(
                    ErrorKind.ConnectionError,
                    "The sandbox did not start.",
                    "See its output above. It requires the ASP.NET Core runtime 10 or later.",
                    ErrorIds.SandboxNotStarted);
            return process;
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>Ends the process.</summary>
    public void Dispose()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // The process has already ended.
        }
    }

    private static Process Launch(IEnumerable<string> arguments)
    {
        string folder = Path.GetDirectoryName(typeof(SandboxProcess).Assembly.Location);
        string program = Path.GetFullPath(Path.Combine(folder, "..", "..", "sandbox", "ApiTokens.Sandbox.dll"));
        if (!File.Exists(program))
        {
            throw new ApiTokenException(
                ErrorKind.ObjectNotFound,
                "The sandbox is not installed with the module.",
                "Build the module with ./build.sh build, or install the complete module.",
                ErrorIds.SandboxNotStarted);
        }

        using var self = Process.GetCurrentProcess();
        string[] all = [program, .. arguments, "--parent", self.Id.ToString(CultureInfo.InvariantCulture)];
        var start = new ProcessStartInfo(DotnetHost.Find() ?? throw NoDotnet(inner: null), string.Join(" ", all.Select(Quote)))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw NoDotnet(e);
        }
    }

    private static ApiTokenException NoDotnet(Exception? inner) => new(
        ErrorKind.ObjectNotFound,
        "The sandbox requires 'dotnet' in DOTNET_ROOT, or in a folder with a full path in PATH.",
        "Install the .NET 10 SDK or the ASP.NET Core runtime 10, or a later version.",
        ErrorIds.SandboxNotStarted,
        inner);

    // ArgumentList is not available in netstandard2.0. The arguments are paths and numbers.
    private static string Quote(string argument) => argument.Contains('"')
        ? throw ApiTokenException.InvalidParameter("DatabasePath", "it contains a quotation mark.", "Specify another path.")
        : $"\"{argument.TrimEnd('\\')}\"";
}
