using ApiTokens.Journal;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Searches for a token that an earlier run issued without delivering its secret, because the process was terminated.</summary>
internal static class LeftoverToken
{
    /// <summary>Searches for a leftover token if the journal shows that there may be one.</summary>
    /// <returns>The token of the earlier run if its secret was saved, and only the journal does not show that; otherwise null.</returns>
    /// <exception cref="OrphanedTokenException">A leftover token exists.</exception>
    public static async Task<ApiToken?> FindDeliveredAsync(
        TokenConnection connection, NewTokenRequest request, OperationContext context)
    {
        OperationProgress progress = context.Progress;
        if (progress.Stage is not (JournalStage.Started or JournalStage.Issued or JournalStage.Refused))
        {
            return null;
        }

        context.IsReconciling = true;
        if (progress.IssuedId is { } issuedId
            && await connection.ReadIfExistsAsync(issuedId, context.CancellationToken).ConfigureAwait(false) is { } leftover)
        {
            if (await context.IsSecretSavedAsync(leftover).ConfigureAwait(false) == true)
            {
                return await RecordDeliveredAsync(leftover, context).ConfigureAwait(false);
            }

            OrphanedTokenException error =
                progress.Stage == JournalStage.Refused ? Rejected(leftover) : MayBeDelivered(leftover);
            context.IsReconciling = error.OutcomeUnknown;
            throw error;
        }

        // Search even if the issued token does not exist any more: the run that discovered this may have issued another token.
        IReadOnlyList<ApiToken> found = await FindAsync(connection, request, context).ConfigureAwait(false);
        if (found.Count == 0 && progress.Name is { Length: > 0 } name && name != request.Name)
        {
            var renamed = new NewTokenRequest { Name = name, User = request.User };
            found = await FindAsync(connection, renamed, context).ConfigureAwait(false);
        }

        if (found.Count == 0)
        {
            await context.RestartAsync().ConfigureAwait(false);
            return null;
        }

        return await FindSavedAsync(found, context).ConfigureAwait(false) ?? throw MayBeCreated(request, found);
    }

    private static Task<IReadOnlyList<ApiToken>> FindAsync(TokenConnection connection, NewTokenRequest request, OperationContext context) =>
        new OrphanSearch(
            context.Scope, connection, request, context.Progress.StartedAt!.Value, before: null, context.WasDelivered)
        {
            IsForEarlierRun = true,
        }.FindAsync(context.CancellationToken);

    // If the journal could not be written, a token that was found may have been delivered.
    private static async Task<ApiToken?> FindSavedAsync(IReadOnlyList<ApiToken> found, OperationContext context)
    {
        foreach (ApiToken token in found)
        {
            if (await context.IsSecretSavedAsync(token).ConfigureAwait(false) == true)
            {
                return await RecordDeliveredAsync(token, context).ConfigureAwait(false);
            }
        }

        return null;
    }

    private static async Task<ApiToken> RecordDeliveredAsync(ApiToken token, OperationContext context)
    {
        await context.RecordDeliveredAsync(token.Id).ConfigureAwait(false);
        context.IsReconciling = false;
        return token;
    }

    private static OrphanedTokenException MayBeCreated(NewTokenRequest request, IReadOnlyList<ApiToken> found) => new(
        found[0],
        $"An earlier run ended while it issued '{request.Name}'. It may have created {OrphanSearch.Names(found)}, and the secret may be "
            + "lost.",
        inner: null,
        advice: AdviseRemoval(found[0]));

    private static OrphanedTokenException Rejected(ApiToken leftover) => new(
        leftover,
        $"An earlier run issued the token {leftover}, and its secret was rejected.",
        inner: null);

    // The run may have ended between the delivery and the line of the journal. Or it returned the secret to the caller because the secret
    // could not be saved, and could not record that either. So the token is never removed here.
    private static OrphanedTokenException MayBeDelivered(ApiToken leftover) => new(
        leftover,
        $"An earlier run issued the token {leftover} and ended before it recorded the delivery. Its secret may have been delivered.",
        inner: null,
        advice: AdviseRemoval(leftover));

    private static Advice AdviseRemoval(ApiToken token) =>
        $"If nobody has the secret of the token, remove the token: {SuggestedCommand.Remove(token)}";
}
