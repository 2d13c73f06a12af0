using System.Diagnostics;
using System.Globalization;

namespace ApiTokens.PowerShell.Sandbox;

/// <summary>A running sandbox: another process of this machine, which ends when this one does.</summary>
internal sealed class SandboxProcess : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private SandboxProcess(Process process)
    {
        _process = process;
    }

    public int Id => _process.Id;

    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts it and reads the one line of JSON with which it says that it is ready.</summary>
    public static SandboxProcess Start(IEnumerable<string> arguments, CancellationToken cancellationToken, out SandboxReady ready)
    {
        var process = new SandboxProcess(Launch(arguments));
        try
        {
            using CancellationTokenRegistration stopped = cancellationToken.Register(process.Dispose);
            Task<string?> line = process._process.StandardOutput.ReadLineAsync();
            ready = line.Wait(StartLimit) && line.Result is { } text && SandboxReady.Parse(text) is { } description
                ? description
                : throw new ApiTokenException(ErrorKind.ConnectionError, "The sandbox did not start.", "Its own words are above. It needs the ASP.NET Core runtime 10 or later.", ErrorIds.SandboxNotStarted);
            return process;
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended already.
        }
    }

    private static Process Launch(IEnumerable<string> arguments)
    {
        string folder = Path.GetDirectoryName(typeof(SandboxProcess).Assembly.Location);
        string program = Path.GetFullPath(Path.Combine(folder, "..", "..", "sandbox", "ApiTokens.Sandbox.dll"));
        if (!File.Exists(program))
        {
            throw new ApiTokenException(ErrorKind.ObjectNotFound, "The module has no sandbox beside it.", "Build the module with ./build.sh build, or install it whole.", ErrorIds.SandboxNotStarted);
        }

        using var self = Process.GetCurrentProcess();
        string[] all = [program, .. arguments, "--parent", self.Id.ToString(CultureInfo.InvariantCulture)];
        try
        {
            return Process.Start(new ProcessStartInfo("dotnet", string.Join(" ", all.Select(Quote))) { UseShellExecute = false, RedirectStandardOutput = true });
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ApiTokenException(ErrorKind.ObjectNotFound, "The sandbox needs 'dotnet' on the PATH.", "Install the .NET 10 SDK or the ASP.NET Core runtime 10, or later ones.", ErrorIds.SandboxNotStarted, e);
        }
    }

    // ArgumentList is not in netstandard2.0; the arguments are paths and numbers.
    private static string Quote(string argument) => argument.Contains('"')
        ? throw ApiTokenException.InvalidParameter("DatabasePath", "it has a quotation mark.", "Give another path.")
        : $"\"{argument.TrimEnd('\\')}\"";
}
