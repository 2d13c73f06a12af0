using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Support;

/// <summary>A report of an operation: a result, a verbose message or an error.</summary>
internal sealed record Report(Operation Operation, object? Output = null, string? VerboseMessage = null, Exception? Error = null);

/// <summary>Passes the reports of operations to a delegate.</summary>
internal sealed class ReportOutput : IOperationOutput
{
    public Action<Report> OnReport { get; set; } = _ => { };

    public void WriteResult(Operation operation, object result) => OnReport(new Report(operation, Output: result));

    public void WriteError(Operation operation, Exception error)
    {
        // Test operations throw errors that only have what the test needs.
        Assert.Null(error is ApiTokenException known && operation is not TestOperation ? ErrorText.FindDefect(known) : null);
        OnReport(new Report(operation, Error: error));
    }

    public void WriteVerbose(Operation operation, string message)
    {
        Assert.Null(ErrorText.FindDefect(message));
        OnReport(new Report(operation, VerboseMessage: message));
    }
}

/// <summary>A runner that passes reports to a delegate during <see cref="Add"/> and <see cref="Complete"/>.</summary>
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

    public void Add(Operation operation, Action<Report> onReport)
    {
        _output.OnReport = onReport;
        _runner.Add(operation);
    }

    public void CheckUnfinished(IEnumerable<TokenConnection> connections, Action<Report> onReport)
    {
        _output.OnReport = onReport;
        _runner.CheckUnfinished(connections);
    }

    public void Complete(Action<Report> onReport)
    {
        _output.OnReport = onReport;
        _runner.Complete();
    }

    public void Stop() => _runner.Stop();

    public void Dispose() => _runner.Dispose();
}
