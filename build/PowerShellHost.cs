namespace ApiTokens.Build;

/// <summary>Finds PowerShell: on the PATH, else as the tool that the repository's manifest names.</summary>
internal sealed class PowerShellHost
{
    private const string AskVersion = "$PSVersionTable.PSVersion.ToString()";

    private static readonly Lazy<PowerShellHost?> Found = new(Search);

    private readonly string _program;
    private readonly string[] _before;

    private PowerShellHost(string description, string program, params string[] before)
    {
        Description = description;
        _program = program;
        _before = before;
    }

    /// <summary>Its version, and where it was found.</summary>
    public string Description { get; }

    /// <summary>The one to use, looked for once; null if there is none.</summary>
    public static PowerShellHost? Find() => Found.Value;

    public string? Ask(string script) => Command.Ask(_program, [.. _before, "-NoProfile", "-NonInteractive", "-Command", script]);

    public int RunFile(string path, params string[] arguments) =>
        Command.TryRun(_program, [.. _before, "-NoProfile", "-NonInteractive", "-File", path, .. arguments]);

    private static PowerShellHost? Search()
    {
        if (Command.Ask("pwsh", "-NoProfile", "-Command", AskVersion) is { } version)
        {
            return new PowerShellHost($"PowerShell {version}, from the PATH", "pwsh");
        }

        // The manifest's tool comes from NuGet; where its source lacks it, this says no.
        return Command.Ask("dotnet", "tool", "restore") is not null
            && Command.Ask("dotnet", "tool", "run", "pwsh", "-NoProfile", "-Command", AskVersion) is { } toolVersion
            ? new PowerShellHost($"PowerShell {toolVersion}, the manifest's tool", "dotnet", "tool", "run", "pwsh")
            : null;
    }
}
