using System.Management.Automation.Runspaces;

namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>A PowerShell session with the staged module imported, as for a user, and a host that records its output.</summary>
public sealed class ModuleSession : IDisposable
{
    private const string Body =
        "param($Script, $Arguments, $Terminating) try { & ([scriptblock]::Create($Script)) @Arguments } catch { $Terminating.Add($_) }";

    private readonly Runspace _runspace;

    /// <summary>Opens a session.</summary>
    /// <param name="import">Whether to import the module.</param>
    public ModuleSession(bool import = true)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.Commands.Add(new SessionStateCmdletEntry("Select-First", typeof(SelectFirstCommand), null));
        state.Commands.Add(new SessionStateCmdletEntry("Stop-Slowly", typeof(StopSlowlyCommand), null));
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        }

        _runspace = RunspaceFactory.CreateRunspace(Host, state);
        _runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        _runspace.Open();

        // Nothing may wait for input unless a test provides it.
        Run("$global:ConfirmPreference = 'None'").ShouldSucceed();
        if (import)
        {
            Run("param($Path) Import-Module $Path", Repository.Module).ShouldSucceed();
        }
    }

    /// <summary>The session's host.</summary>
    public TestHost Host { get; } = new();

    /// <summary>Runs a script to its end. It can start with param(); the arguments are passed by position.</summary>
    public RunResult Run(string script, params object?[] arguments) => Start(script, arguments).Wait();

    /// <summary>Runs a script that must not write an error, and returns its output.</summary>
    public IReadOnlyList<PSObject> Output(string script, params object?[] arguments) => Run(script, arguments).ShouldSucceed().Output;

    /// <summary>Runs a script that must write one object and no error.</summary>
    public PSObject Single(string script, params object?[] arguments) => Assert.Single(Output(script, arguments));

    /// <summary>Runs a script that must write one value of a type and no error.</summary>
    public T Value<T>(string script, params object?[] arguments) =>
        (T)LanguagePrimitives.ConvertTo(Single(script, arguments), typeof(T), null);

    /// <summary>Starts a script and returns an object that controls it.</summary>
    public RunningScript Start(string script, params object?[] arguments)
    {
        var terminating = new List<ErrorRecord>();
        var shell = System.Management.Automation.PowerShell.Create(_runspace);
        shell.AddScript(Body, useLocalScope: true)
            .AddParameter("Script", script)
            .AddParameter("Arguments", arguments)
            .AddParameter("Terminating", terminating);
        return new RunningScript(shell, terminating);
    }

    /// <summary>The lines of a view on a console of the specified width, without trailing blanks and escape sequences.</summary>
    public IReadOnlyList<string> Show(int width, string script, params object?[] arguments)
    {
        Host.Clear();
        Host.Width = width;
        Run($"& {{ {script} }} @args | Out-Host", arguments).ShouldSucceed();
        return Host.Lines;
    }

    /// <summary>The completions of the engine for an input with the cursor at its end.</summary>
    public IReadOnlyList<CompletionResult> Complete(string input)
    {
        using var shell = System.Management.Automation.PowerShell.Create(_runspace);
        return CommandCompletion.CompleteInput(input, input.Length, null, shell).CompletionMatches;
    }

    /// <summary>The completion texts of the engine for an input with the cursor at its end.</summary>
    public IReadOnlyList<string> CompleteText(string input) => [.. Complete(input).Select(match => match.CompletionText)];

    /// <inheritdoc/>
    public void Dispose() => _runspace.Dispose();
}
