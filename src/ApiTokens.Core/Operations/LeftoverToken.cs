using ApiTokens.Journal;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>A token that an earlier run issued, and whose secret it did not get to deliver as it was killed.</summary>
internal static class LeftoverToken
{
    /// <summary>Looks for one where the journal says that there can be one.</summary>
    /// <exception cref="OrphanedTokenException">There is one.</exception>
    public static async Task ThrowIfFoundAsync(TokenConnection connection, NewTokenRequest request, bool remove, OperationContext context)
    {
        OperationProgress progress = context.Progress;
        if (progress.Stage is not (JournalStage.Started or JournalStage.Issued or JournalStage.Refused))
        {
            return;
        }

        context.IsReconciling = true;
        if (progress.IssuedId is { } issued && await connection.ReadIfExistsAsync(issued, context.CancellationToken).ConfigureAwait(false) is { } left)
        {
            OrphanedTokenException report = await OrphanSearch.ReportAsync(
                connection, left, $"An earlier run issued the token {left} and ended before its secret was delivered.", inner: null, remove, context.CancellationToken).ConfigureAwait(false);
            context.IsReconciling = report.OutcomeUnknown;
            throw report;
        }

        // Also where the issued one is gone: the run that found it gone may have issued another.
        var search = new OrphanSearch(connection, request, progress.StartedAt!.Value - OrphanSearch.ClockSkew, context.WasDelivered);
        IReadOnlyList<ApiToken> found = await search.FindAsync(context.CancellationToken).ConfigureAwait(false);
        if (found.Count > 0)
        {
            throw new OrphanedTokenException(
                found[0],
                $"An earlier run ended while it issued '{request.Name}'. It may have created {OrphanSearch.Names(found)}, whose secret is lost.",
                inner: null);
        }

        context.Restart();
    }
}
