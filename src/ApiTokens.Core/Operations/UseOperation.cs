using ApiTokens.Journal;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// Issues a token for one job: it passes the token to the caller, and removes it when the job has ended, also if it failed or the run was
/// stopped. With a journal, a later run removes the token of a run that was terminated.
/// </summary>
public sealed class UseOperation : Operation
{
    private static readonly TimeSpan ExpiryMargin = TimeSpan.FromMinutes(5);

    private readonly NewTokenRequest _request;
    private readonly Action<IssuedToken> _job;

    /// <summary>Creates the operation.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="purpose">The purpose of the token, which identifies the operation in a journal.</param>
    /// <param name="request">
    /// The request for the token. No other token may have its name, so that a token whose response was lost can be found and removed.
    /// </param>
    /// <param name="job">
    /// Uses the token, on the thread that adds the operations. An exception ends the caller; the token is removed all the same.
    /// </param>
    public UseOperation(TokenConnection connection, string purpose, NewTokenRequest request, Action<IssuedToken> job)
        : base(connection, ShortHash.Of(purpose), purpose, request.Name)
    {
        _request = request;
        _job = job;
    }

    /// <summary>The token while it exists, without its secret; null before it is issued and after it was removed.</summary>
    public ApiToken? Remaining { get; private set; }

    internal override bool IssuesToken => true;

    internal override bool MayBeUndone => true;

    internal override ApiToken UnsettledToken => Connection.CreateReference(id: string.Empty, _request.Name);

    // The token that could not be removed is not lost: the operation has it.
    internal override ApiToken? LostToken(Exception? error) => Remaining is null ? base.LostToken(error) : null;

    /// <summary>Returns the expiry for a job with a time limit: a little later, where the service allows that.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="limit">The time limit of the job.</param>
    /// <returns>The expiry; three months for Application Users, and the setting of the domain for Devo.</returns>
    public static TokenExpiry GetExpiry(TokenConnection connection, TimeSpan limit) => connection.Capabilities.Expiry switch
    {
        ExpiryChoice.AnyOrNever => TokenExpiry.AfterDuration(limit + ExpiryMargin),
        ExpiryChoice.Months => TokenExpiry.AfterMonths(3),
        _ => TokenExpiry.ServiceDefault,
    };

    internal override async Task ExecuteAsync(OperationContext context)
    {
        if (context.Progress.Stage is not (JournalStage.None or JournalStage.Done))
        {
            context.IsReconciling = true;
            await TemporaryToken.RemoveLeftoverAsync(Connection, context).ConfigureAwait(false);
            context.IsReconciling = false;
            context.End(JournalOutcomes.Done);
            await context.StartAsync().ConfigureAwait(false);
        }

        await context.RecordIssuingAsync(_request.Name).ConfigureAwait(false);
        IssuedToken issued = await new IssueOperation(Connection, _request) { RemoveOrphan = true }
            .IssueAsync(context.Scope, context.CancellationToken).ConfigureAwait(false);
        Remaining = issued.WithoutSecret();
        try
        {
            await context.RecordIssuedAsync(issued.Id).ConfigureAwait(false);
            await context.CallAsync(() => _job(issued)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The caller has stopped, or its job failed. With the token removed, nothing is left to do.
        }
        finally
        {
            context.IsReconciling = true;
            await TemporaryToken.RemoveAsync(Connection, Remaining).ConfigureAwait(false);
            context.IsReconciling = false;
            Remaining = null;
        }
    }

    private protected override void ValidateCore() => Connection.Tokens.Validate(_request);
}
