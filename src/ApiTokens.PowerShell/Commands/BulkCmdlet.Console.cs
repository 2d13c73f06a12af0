using ApiTokens.Operations;
using ApiTokens.PowerShell.Display;

namespace ApiTokens.PowerShell.Commands;

/// <content>
/// What is written to the console instead of the pipeline: the summary of a long run, and what a run that was stopped left.
/// </content>
public abstract partial class BulkCmdlet
{
    // The user has seen the end of a shorter run.
    private static readonly TimeSpan LongRun = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _runner?.Dispose();
        base.Dispose(disposing);

        // The pipeline has ended, so the warnings are written to the host.
        foreach (ApiToken token in _runner?.Undelivered.Where(token => !_output!.Received.Contains(token.Id)) ?? [])
        {
            Warn(token.Id.Length == 0
                ? $"The pipeline ended while the token '{token.Name}' on {token.Connection} was issued. It may exist, and its secret "
                    + $"is lost. Check: Get-ApiToken -Name {CommandText.Pattern(token.Name)} "
                    + $"-Connection {CommandText.Pattern(token.Connection)}"
                : $"The pipeline ended before the secret of {token} on {token.Connection} was delivered. "
                    + $"If nobody has it, remove the token: {CommandText.Remove(token)}");
        }

        foreach (PendingRetirement pending in _runner?.PendingRetirements ?? [])
        {
            string resume = pending.Resumable ? "run the same command again with the same journal, or " : string.Empty;
            Warn($"The pipeline ended after the new token {pending.Successor.Id} was delivered, but before the old token "
                + $"{pending.Predecessor} on {pending.Predecessor.Connection} was retired. Both tokens may work. "
                + $"If the new token works, {resume}remove the old token: {CommandText.Remove(pending.Predecessor)}");
        }

        WriteStopLine();
        _runner = null;
    }

    private string Resume => JournalPath is null
        ? ResumeWithoutJournal
        : $"run the same command again with the journal {ForeignText.Argument(JournalPath)}";

    private void WriteSummaryLine(OperationRunner runner)
    {
        OperationSummary summary = runner.Summary;
        if (summary.Elapsed - AskingTime >= LongRun)
        {
            string next = summary.Failed + summary.NotTried == 0 ? string.Empty : $" To try the failed ones again, {Resume}.";
            WriteConsoleLine($"{OperationName}: {summary}.{next}");
        }
    }

    private void WriteStopLine()
    {
        // The engine can end the pipeline before it calls StopProcessing.
        if (Stopping && _runner is { Added: > 1 } runner)
        {
            OperationSummary summary = runner.Summary;
            int open = runner.Added - summary.Ended + summary.NotTried;
            string rest = _progress!.IsInputComplete ? string.Empty : ", and the rest of the input was not read";
            string secrets = ReturnsSecrets && summary.Done > 0
                ? " If the output was assigned to a variable, PowerShell has discarded it with its secrets: reset or remove these tokens. "
                    + "For many tokens, use -Vault or -Path."
                : string.Empty;
            WriteConsoleLine(FormattableString.Invariant(
                $"{OperationName} was stopped: {summary.Done:N0} done, {summary.Failed:N0} failed, {summary.Skipped:N0} skipped, ")
                + FormattableString.Invariant($"{open:N0} not completed{rest}. To continue, {Resume}.{secrets}"));
        }
    }

    /// <summary>Writes a line for a person at a console. Output that is redirected, jobs and remote sessions do not get it.</summary>
    internal void WriteConsoleLine(string line)
    {
        bool isConsole = Host.Name switch
        {
            "ConsoleHost" => !Console.IsOutputRedirected,
            "Default Host" or "ServerRemoteHost" => false,
            _ => true,
        };
        if (isConsole)
        {
            Host.UI.WriteLine(ForeignText.InMessage(line));
        }
    }

    /// <summary>Writes a warning to the host, for a pipeline that has ended.</summary>
    internal void Warn(string message) => Host.UI.WriteWarningLine(ForeignText.InMessage(message));
}
