using ApiTokens.Journal;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// Issues a token. If the response is lost, it searches for the token, so that no orphaned token goes unnoticed.
/// </summary>
public sealed class IssueOperation : Operation
{
    private readonly NewTokenRequest _request;

    /// <summary>Creates the operation.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="request">The request for the new token.</param>
    /// <param name="occurrence">The occurrence number of the request in a run; it distinguishes equal requests in a journal.</param>
    public IssueOperation(TokenConnection connection, NewTokenRequest request, int occurrence = 1)
        : base(connection, $"{request.Fingerprint()}-{occurrence}", request.Name, request.Name)
    {
        _request = request;
    }

    /// <summary>
    /// Whether a token whose secret was lost is removed. A token is removed only if it certainly belongs to this operation: it did not
    /// exist before the run, and it was issued with the credential of the connection. In doubt, it is reported.
    /// </summary>
    public bool RemoveOrphan { get; init; }

    /// <summary>Issues the token outside a run.</summary>
    /// <param name="cancellationToken">Prevents further requests.</param>
    /// <returns>The token and its secret.</returns>
    /// <exception cref="OrphanedTokenException">A token exists, or may exist, but its secret is lost.</exception>
    /// <exception cref="ApiTokenException">The request is invalid, or the service rejected it.</exception>
    public Task<IssuedToken> IssueAsync(CancellationToken cancellationToken = default) =>
        IssueAsync(new OperationScope(), cancellationToken);

    internal Task<IssuedToken> IssueAsync(OperationScope scope, CancellationToken cancellationToken)
    {
        Validate();
        return IssueWithinLimitAsync(scope, _ => false, cancellationToken);
    }

    internal override bool IssuesToken => true;

    internal override async Task ExecuteAsync(OperationContext context)
    {
        if (context.Progress.Stage == JournalStage.Delivered)
        {
            return;
        }

        if (await LeftoverToken.FindDeliveredAsync(Connection, _request, context).ConfigureAwait(false) is not null)
        {
            return;
        }

        IssuedToken issued =
            await IssueWithinLimitAsync(context.Scope, context.WasDelivered, context.CancellationToken).ConfigureAwait(false);
        await context.DeliverAsync(issued).ConfigureAwait(false);
    }

    // The tokens are counted only for a limit that was specified. A documented limit may be outdated, so the service decides.
    private async Task<IssuedToken> IssueWithinLimitAsync(
        OperationScope scope, Func<string, bool> wasDelivered, CancellationToken cancellationToken)
    {
        if (!Connection.IsTokenLimitSpecified)
        {
            return await CreateAsync().ConfigureAwait(false);
        }

        using TokenQuota.QuotaReservation reservation = await scope.Quota.ReserveAsync(
            Connection, $"The token '{_request.Name}' cannot be issued", cancellationToken).ConfigureAwait(false);
        return await reservation.IssueAsync(CreateAsync).ConfigureAwait(false);

        Task<IssuedToken> CreateAsync() =>
            TokenIssuer.IssueAsync(scope, Connection, _request, RemoveOrphan, wasDelivered, cancellationToken);
    }

    private protected override void ValidateCore() => Connection.Tokens.Validate(_request);
}
