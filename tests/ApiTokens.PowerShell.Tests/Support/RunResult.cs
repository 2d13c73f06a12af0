namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>Everything that a script wrote.</summary>
public sealed class RunResult
{
    internal RunResult(IEnumerable<PSObject> output, PSDataStreams streams, ErrorRecord? terminating, bool stopped)
    {
        Output = [.. output];
        Terminating = terminating;
        Errors = terminating is null ? [.. streams.Error] : [.. streams.Error.Where(error => error != terminating), terminating];
        Warnings = [.. streams.Warning.Select(record => record.Message)];
        Verbose = [.. streams.Verbose.Select(record => record.Message)];
        Debug = [.. streams.Debug.Select(record => record.Message)];
        Information = [.. streams.Information];
        Progress = [.. streams.Progress];
        Stopped = stopped;
    }

    public IReadOnlyList<PSObject> Output { get; }

    /// <summary>The errors that were written, then the one that ended the script.</summary>
    public IReadOnlyList<ErrorRecord> Errors { get; }

    /// <summary>The error that terminated the script; null if none did.</summary>
    public ErrorRecord? Terminating { get; }

    public IReadOnlyList<string> Warnings { get; }

    public IReadOnlyList<string> Verbose { get; }

    public IReadOnlyList<string> Debug { get; }

    public IReadOnlyList<InformationRecord> Information { get; }

    public IReadOnlyList<ProgressRecord> Progress { get; }

    /// <summary>Whether the script was stopped.</summary>
    public bool Stopped { get; }

    /// <summary>The only error.</summary>
    public ErrorRecord Error => Assert.Single(Errors);

    /// <summary>The ids of the errors, without the cmdlet's class.</summary>
    public IReadOnlyList<string> ErrorIds => [.. Errors.Select(error => error.Id())];

    /// <summary>The only object that was written.</summary>
    public PSObject Single => Assert.Single(Output);

    /// <summary>The summary among the information records; null if there is none.</summary>
    public PSObject? Summary =>
        Information.LastOrDefault(record => record.Tags.Contains("Summary")) is { MessageData: { } data }
            ? PSObject.AsPSObject(data)
            : null;

    /// <summary>Asserts that no error was written.</summary>
    public RunResult ShouldSucceed()
    {
        string errors = string.Join(Environment.NewLine, Errors.Select(error => $"{error.FullyQualifiedErrorId}: {error}"));
        Assert.True(Errors.Count == 0 && !Stopped, Stopped ? "The script was stopped." : $"The script failed: {errors}");
        return this;
    }

    /// <summary>Asserts that there is exactly one error, with the specified id and a recommended action, and returns it.</summary>
    public ErrorRecord ShouldFail(string errorId)
    {
        ErrorRecord error = Error;
        Assert.Equal(errorId, error.Id());
        Assert.StartsWith($"{errorId},ApiTokens.PowerShell.Commands.", error.FullyQualifiedErrorId);
        Assert.False(string.IsNullOrEmpty(error.ErrorDetails?.RecommendedAction), $"{errorId} does not say what to do.");
        return error;
    }
}
