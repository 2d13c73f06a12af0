namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>A running script. Its output so far can be read at any time.</summary>
public sealed class RunningScript
{
    private readonly System.Management.Automation.PowerShell _shell;
    private readonly List<ErrorRecord> _terminating;
    private readonly PSDataCollection<PSObject> _output = [];
    private readonly IAsyncResult _running;

    internal RunningScript(System.Management.Automation.PowerShell shell, List<ErrorRecord> terminating)
    {
        _shell = shell;
        _terminating = terminating;
        _running = shell.BeginInvoke<PSObject, PSObject>(null, _output);
    }

    /// <summary>The output so far.</summary>
    public IReadOnlyList<PSObject> Output => [.. _output.ToArray()];

    /// <summary>The errors so far.</summary>
    public IReadOnlyList<ErrorRecord> Errors => [.. _shell.Streams.Error.ToArray()];

    /// <summary>The progress records so far.</summary>
    public IReadOnlyList<ProgressRecord> Progress => [.. _shell.Streams.Progress.ToArray()];

    /// <summary>Whether the script has ended.</summary>
    public bool HasEnded => _running.IsCompleted;

    /// <summary>Stops the script, as Ctrl+C does, and waits until it has ended.</summary>
    public RunResult Stop()
    {
        _shell.Stop();
        return Wait();
    }

    /// <summary>Waits until the script has ended.</summary>
    public RunResult Wait()
    {
        bool stopped = false;
        try
        {
            if (!_running.AsyncWaitHandle.WaitOne(TimeSpan.FromMinutes(3)))
            {
                _shell.Stop();
                Assert.Fail("The script did not end within three minutes.");
            }

            _shell.EndInvoke(_running);
        }
        catch (PipelineStoppedException)
        {
            stopped = true;
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            _terminating.Add(e.ErrorRecord);
        }

        using (_shell)
        {
            return new RunResult(_output, _shell.Streams, _terminating.LastOrDefault(), stopped);
        }
    }
}
