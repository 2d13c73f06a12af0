namespace ApiTokens.Build;

/// <summary>Finds PowerShell on the PATH, or as a tool of the repository's manifest.</summary>
internal sealed class PowerShellHost
{
    private const string VersionCommand = "$PSVersionTable.PSVersion.ToString()";

    private static readonly Lazy<PowerShellHost?> Found = new(Search);

    private readonly string _program;
    private readonly string[] _arguments;

    private PowerShellHost(string description, string program, params string[] arguments)
    {
        Description = description;
        _program = program;
        _arguments = arguments;
    }

    /// <summary>The version, and where it was found.</summary>
    public string Description { get; }

    /// <summary>Returns PowerShell; null if it was not found. The search runs once.</summary>
    public static PowerShellHost? Find() => Found.Value;

    public string? TryGetOutput(string script) =>
        Command.TryGetOutput(_program, [.. _arguments, "-NoProfile", "-NonInteractive", "-Command", script]);

    public int RunFile(string path, params string[] arguments) =>
        Command.TryRun(_program, [.. _arguments, "-NoProfile", "-NonInteractive", "-File", path, .. arguments]);

    private static PowerShellHost? Search()
    {
        if (Command.TryGetOutput("pwsh", "-NoProfile", "-Command", VersionCommand) is { } version)
        {
            return new PowerShellHost($"PowerShell {version}, from the PATH", "pwsh");
        }

        // The tool comes from NuGet. The restore fails if the package source does not have it.
        return Command.TryGetOutput("dotnet", "tool", "restore") is not null
            && Command.TryGetOutput("dotnet", "tool", "run", "pwsh", "-NoProfile", "-Command", VersionCommand) is { } toolVersion
            ? new PowerShellHost($"PowerShell {toolVersion}, the tool of the manifest", "dotnet", "tool", "run", "pwsh")
            : null;
    }
}
