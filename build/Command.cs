using System.Diagnostics;
using System.Reflection;

namespace ApiTokens.Build;

/// <summary>Runs other programs in the root of the repository.</summary>
internal static class Command
{
    public static string Root { get; } = FindRoot();

    public static string Out(params string[] parts) => Path.Combine([Root, "out", .. parts]);

    /// <summary>Returns the folder with the tools of a package that the project of the build names.</summary>
    public static string PackageFolder(string package) => typeof(Command).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == package).Value!;

    /// <summary>Runs a program and returns its exit code.</summary>
    public static int TryRun(string program, params string[] arguments) => TryRun(program, arguments, Root);

    /// <summary>Runs a program in a folder and returns its exit code.</summary>
    public static int TryRun(string program, string[] arguments, string folder)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Runs a program, and throws if it fails.</summary>
    public static void Run(string program, params string[] arguments)
    {
        if (TryRun(program, arguments) is not 0 and var code)
        {
            throw new CommandFailedException($"'{program} {string.Join(' ', arguments)}' failed with exit code {code}.");
        }
    }

    /// <summary>Runs a program without showing its output, and returns the output; null if it cannot be run or fails.</summary>
    public static string? TryGetOutput(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output.Trim() : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Throws unless a condition is true.</summary>
    public static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new CommandFailedException(message);
        }
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ApiTokens.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new CommandFailedException("ApiTokens.slnx was not found above the build program.");
    }
}

/// <summary>A step of the build failed.</summary>
internal sealed class CommandFailedException(string message) : Exception(message);
