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

    /// <summary>Whether a token whose secret was lost is removed. Only tokens that did not exist before the run are removed.</summary>
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
        return TokenIssuer.IssueAsync(Connection, _request, RemoveOrphan ? scope.Snapshot : null, _ => false, cancellationToken);
    }

    internal override async Task ExecuteAsync(OperationContext context)
    {
        if (context.Progress.Stage == JournalStage.Delivered)
        {
            return;
        }

        await LeftoverToken.ThrowIfFoundAsync(Connection, _request, RemoveOrphan, context).ConfigureAwait(false);
        TokenSnapshot? before = RemoveOrphan ? context.Scope.Snapshot : null;
        IssuedToken issued = await TokenIssuer.IssueAsync(
            Connection, _request, before, context.WasDelivered, context.CancellationToken).ConfigureAwait(false);
        await context.DeliverAsync(issued).ConfigureAwait(false);
    }

    private protected override void ValidateCore() => Connection.Tokens.Validate(_request);
}
