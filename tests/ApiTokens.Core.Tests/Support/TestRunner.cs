using ApiTokens.Journal;
using ApiTokens.Operations;

namespace ApiTokens.Core.Tests.Support;

/// <summary>What an operation reported: a result, a detail or an error.</summary>
internal sealed record Report(Operation Operation, object? Output = null, string? VerboseMessage = null, Exception? Error = null);

/// <summary>Hands what operations report to one method.</summary>
internal sealed class ReportOutput : IOperationOutput
{
    public Action<Report> Take { get; set; } = _ => { };

    public void WriteResult(Operation operation, object result) => Take(new Report(operation, Output: result));

    public void WriteError(Operation operation, Exception error) => Take(new Report(operation, Error: error));

    public void WriteVerbose(Operation operation, string message) => Take(new Report(operation, VerboseMessage: message));
}

/// <summary>A runner whose reports are taken by the call that waits for them.</summary>
internal sealed class TestRunner : IDisposable
{
    private readonly ReportOutput _output = new();
    private readonly OperationRunner _runner;

    public TestRunner(int throttleLimit, JournalWriter? journal = null, ISecretSink? secrets = null)
    {
        _runner = new OperationRunner(throttleLimit, _output, secrets, journal);
    }

    public IReadOnlyCollection<ApiToken> Undelivered => _runner.Undelivered;

    public IReadOnlyCollection<PendingRetirement> PendingRetirements => _runner.PendingRetirements;

    public int Added => _runner.Added;

    public OperationSummary Summary => _runner.Summary;

    public void Add(Operation operation, Action<Report> take)
    {
        _output.Take = take;
        _runner.Add(operation);
    }

    public void Complete(Action<Report> take)
    {
        _output.Take = take;
        _runner.Complete();
    }

    public void Stop() => _runner.Stop();

    public void Dispose() => _runner.Dispose();
}
