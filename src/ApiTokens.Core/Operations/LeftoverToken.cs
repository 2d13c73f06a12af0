using ApiTokens.Journal;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Searches for a token that an earlier run issued without delivering its secret, because the process was terminated.</summary>
internal static class LeftoverToken
{
    /// <summary>Searches for a leftover token if the journal shows that there may be one.</summary>
    /// <exception cref="OrphanedTokenException">A leftover token exists.</exception>
    public static async Task ThrowIfFoundAsync(TokenConnection connection, NewTokenRequest request, bool remove, OperationContext context)
    {
        OperationProgress progress = context.Progress;
        if (progress.Stage is not (JournalStage.Started or JournalStage.Issued or JournalStage.Refused))
        {
            return;
        }

        context.IsReconciling = true;
        if (progress.IssuedId is { } issuedId
            && await connection.ReadIfExistsAsync(issuedId, context.CancellationToken).ConfigureAwait(false) is { } leftover)
        {
            string message = $"An earlier run issued the token {leftover} and ended before its secret was delivered.";
            OrphanedTokenException error = await OrphanSearch.ReportAsync(
                connection, leftover, message, inner: null, remove, context.CancellationToken).ConfigureAwait(false);
            context.IsReconciling = error.OutcomeUnknown;
            throw error;
        }

        // Search even if the issued token does not exist any more: the run that discovered this may have issued another token.
        var search = new OrphanSearch(connection, request, progress.StartedAt!.Value - OrphanSearch.ClockSkew, context.WasDelivered);
        IReadOnlyList<ApiToken> found = await search.FindAsync(context.CancellationToken).ConfigureAwait(false);
        if (found.Count > 0)
        {
            throw new OrphanedTokenException(
                found[0],
                $"An earlier run ended while it issued '{request.Name}'. It may have created {OrphanSearch.Names(found)}, "
                    + "whose secret is lost.",
                inner: null);
        }

        context.Restart();
    }
}
