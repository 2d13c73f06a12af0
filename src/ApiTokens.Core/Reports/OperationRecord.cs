namespace ApiTokens.Reports;

/// <summary>The operations of a report by run and by outcome.</summary>
internal sealed class OperationRecord
{
    private readonly IReadOnlyList<ReportOperation> _operations;

    public OperationRecord(IReadOnlyList<ReportOperation> operations)
    {
        _operations = operations;
        Runs =
        [
            .. operations.GroupBy(operation => (operation.Journal, operation.RunAt))
                .OrderBy(run => run.Key.RunAt).ThenBy(run => run.Key.Journal, StringComparer.Ordinal)
                .Select((run, index) => new OperationRun(index + 1, run.Key.Journal, run.Key.RunAt, [.. run])),
        ];
        Left = [.. operations.Where(operation => operation.Outcome != OperationOutcome.Done || operation.DueAt is not null)];
        Done = [.. operations.Where(operation => operation.Outcome == OperationOutcome.Done)];
    }

    /// <summary>The runs, earliest first.</summary>
    public IReadOnlyList<OperationRun> Runs { get; }

    /// <summary>The operations that failed or whose outcome is unknown, and those that leave a token to be retired.</summary>
    public IReadOnlyList<ReportOperation> Left { get; }

    /// <summary>The operations that succeeded.</summary>
    public IReadOnlyList<ReportOperation> Done { get; }

    /// <summary>Returns the number of operations with an outcome.</summary>
    public int Count(OperationOutcome outcome) => _operations.Count(operation => operation.Outcome == outcome);

    /// <summary>Returns the number of the run of an operation.</summary>
    public int RunOf(ReportOperation operation) =>
        Runs.First(run => run.Journal == operation.Journal && run.At == operation.RunAt).Number;

    /// <summary>Returns what is left of an operation.</summary>
    public static string Remainder(ReportOperation operation) => operation.Outcome switch
    {
        OperationOutcome.Failed => "failed",
        OperationOutcome.Unknown => "outcome unknown",
        _ => "due",
    };

    /// <summary>Summarizes the counts, which add up to the number of operations.</summary>
    public string Summary(Func<int, string> number) =>
        $"{number(_operations.Count)} operations: {number(Count(OperationOutcome.Done))} done, "
        + $"{number(Count(OperationOutcome.Failed))} failed, {number(Count(OperationOutcome.Unknown))} with an unknown outcome.";
}

/// <summary>The operations whose latest state is that of one run.</summary>
/// <param name="Number">The number of the run in the report.</param>
/// <param name="Journal">The journal.</param>
/// <param name="At">The time when the run opened the journal (UTC).</param>
/// <param name="Operations">The operations.</param>
internal sealed record OperationRun(int Number, string Journal, DateTimeOffset At, IReadOnlyList<ReportOperation> Operations)
{
    /// <summary>The name of the journal without its folder.</summary>
    public string FileName => Journal.Substring(Journal.LastIndexOfAny(['/', '\\']) + 1);

    /// <summary>The names of the operations.</summary>
    public string Names => string.Join(", ", Operations.Select(operation => operation.Operation).Distinct());

    /// <summary>The number of operations that succeeded, failed, and whose outcome is unknown, and of all.</summary>
    public IReadOnlyList<int> Counts =>
    [
        Operations.Count(operation => operation.Outcome == OperationOutcome.Done),
        Operations.Count(operation => operation.Outcome == OperationOutcome.Failed),
        Operations.Count(operation => operation.Outcome == OperationOutcome.Unknown),
        Operations.Count,
    ];
}
