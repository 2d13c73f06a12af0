using System.Diagnostics;

namespace ApiTokens.Build;

/// <summary>Runs other programs in the repository's root.</summary>
internal static class Command
{
    public static string Root { get; } = FindRoot();

    public static string Out(params string[] parts) => Path.Combine([Root, "out", .. parts]);

    /// <summary>Runs a program and gives its exit code.</summary>
    public static int TryRun(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Root })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Runs a program that must succeed.</summary>
    public static void Run(string program, params string[] arguments)
    {
        if (TryRun(program, arguments) is not 0 and var code)
        {
            throw new CommandFailedException($"'{program} {string.Join(' ', arguments)}' failed with exit code {code}.");
        }
    }

    /// <summary>Runs a program silently and gives what it wrote, or null where it cannot be run or fails.</summary>
    public static string? Ask(string program, params string[] arguments)
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

    /// <summary>Ends a step where something does not hold that must.</summary>
    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new CommandFailedException(otherwise);
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

/// <summary>A step failed; its own output says why.</summary>
internal sealed class CommandFailedException(string message) : Exception(message);
