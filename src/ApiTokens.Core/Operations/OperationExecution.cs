using ApiTokens.Http;
using ApiTokens.Journal;

namespace ApiTokens.Operations;

/// <summary>Executes one operation of a run: it resumes what an earlier run left, and records the start and the outcome.</summary>
internal static class OperationExecution
{
    /// <summary>Executes an operation.</summary>
    /// <returns>How it ended. A failure is thrown.</returns>
    public static async Task<OperationEnd> RunAsync(Operation operation, OperationContext context, CallTrace trace)
    {
        bool wasDone = context.Progress.Stage == JournalStage.Done;
        if (wasDone && !operation.MayBeUndone)
        {
            return OperationEnd.Skipped;
        }

        try
        {
            context.IsReconciling = context.Progress.Stage != JournalStage.None;
            if (context.IsReconciling && await operation.IsAlreadyDoneAsync(context).ConfigureAwait(false))
            {
                if (!wasDone)
                {
                    context.End(JournalOutcomes.Done, errorId: null, trace.CorrelationId);
                }

                return OperationEnd.Skipped;
            }

            context.IsReconciling = false;
            if (context.CancellationToken.IsCancellationRequested)
            {
                // The operation has not started, so there is nothing to record.
                return OperationEnd.Stopped;
            }

            await context.StartAsync().ConfigureAwait(false);
            await operation.ExecuteAsync(context).ConfigureAwait(false);
            context.End(JournalOutcomes.Done, errorId: null, trace.CorrelationId);
            return OperationEnd.Done;
        }
        catch (Exception e)
        {
            // If only the check of a completed operation failed, the journal stays as it is.
            if (!context.IsReconciling || !context.IsRecordedAsDone)
            {
                context.RecordFailure(e, trace);
            }

            throw;
        }
    }
}
