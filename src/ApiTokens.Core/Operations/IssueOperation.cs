using ApiTokens.Journal;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// Issues a token. If the answer is lost, it looks for the token, so that none is left behind unnoticed.
/// </summary>
public sealed class IssueOperation : Operation
{
    private readonly NewTokenRequest _request;

    /// <summary>Issues one token.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="occurrence">Which one it is of several with the same request in one run; a journal tells them apart by it.</param>
    public IssueOperation(TokenConnection connection, NewTokenRequest request, int occurrence = 1)
        : base(connection, $"{request.Fingerprint()}-{occurrence}", request.Name, request.Name)
    {
        _request = request;
    }

    /// <summary>Whether a token that was issued, and whose secret was lost, is removed. Only tokens that did not exist before the run are.</summary>
    public bool RemoveOrphan { get; init; }

    /// <summary>Issues the token, and returns it to a caller who issues no others.</summary>
    /// <param name="cancellationToken">Lets no further request start.</param>
    /// <returns>The token and its secret.</returns>
    /// <exception cref="OrphanedTokenException">A token exists, or may exist, whose secret is lost.</exception>
    /// <exception cref="ApiTokenException">The request is not valid, or the service rejected it.</exception>
    public Task<IssuedToken> IssueAsync(CancellationToken cancellationToken = default) => IssueAsync(new OperationScope(), cancellationToken);

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
        IssuedToken issued = await TokenIssuer.IssueAsync(Connection, _request, before, context.WasDelivered, context.CancellationToken).ConfigureAwait(false);
        await context.DeliverAsync(issued).ConfigureAwait(false);
    }

    private protected override void ValidateCore() => Connection.Tokens.Validate(_request);
}
