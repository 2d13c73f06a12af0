namespace ApiTokens.Build;

/// <summary>Finds PowerShell: on the PATH, else as the tool that the repository's manifest names.</summary>
internal sealed class PowerShellHost
{
    private readonly string _program;
    private readonly string[] _before;

    private PowerShellHost(string program, params string[] before)
    {
        _program = program;
        _before = before;
    }

    public static PowerShellHost? Find()
    {
        if (Command.Ask("pwsh", "-NoProfile", "-Command", "1") is not null)
        {
            return new PowerShellHost("pwsh");
        }

        // The manifest's tool comes from NuGet; where its source lacks it, this says no.
        return Command.Ask("dotnet", "tool", "restore") is not null && Command.Ask("dotnet", "tool", "run", "pwsh", "-NoProfile", "-Command", "1") is not null
            ? new PowerShellHost("dotnet", "tool", "run", "pwsh")
            : null;
    }

    public string? Ask(string script) => Command.Ask(_program, [.. _before, "-NoProfile", "-NonInteractive", "-Command", script]);

    public int RunFile(string path, params string[] arguments) =>
        Command.TryRun(_program, [.. _before, "-NoProfile", "-NonInteractive", "-File", path, .. arguments]);
}
