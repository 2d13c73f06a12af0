using System.Security;
using ApiTokens.Journal;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// Retires a token that is due: the old token of a reset, or a token whose removal was staged. An old token stays unchanged if no
/// active token replaces it, and a token that was disabled stays if it was enabled since.
/// </summary>
public sealed class RetireOperation : Operation
{
    private readonly DueToken _due;
    private readonly string? _successorId;

    /// <summary>Creates the operation.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="due">The token, as the journal recorded it.</param>
    /// <param name="successorId">The id of the token that is currently in use; null if no token replaces it.</param>
    public RetireOperation(TokenConnection connection, DueToken due, string? successorId)
        : base(connection, due.Id, due.Name, due)
    {
        _due = due;
        _successorId = successorId;
    }

    /// <summary>Whether the token that the connection itself uses may be retired.</summary>
    public bool AllowOwnToken { get; init; }

    /// <summary>Whether a token that the service does not know counts as retired.</summary>
    public bool AllowMissing { get; init; }

    /// <summary>
    /// Asks the caller whether the token that replaces the old one works where it is used. It gets that token, on the thread that adds the
    /// operations. False, or an <see cref="ApiTokenException"/>, keeps the old token, which is still due. It is not called for a staged
    /// removal.
    /// </summary>
    public Func<ApiToken, SecureString?, bool>? Verify { get; init; }

    /// <summary>
    /// Reads the token, and throws if it must not be retired now. Changes nothing, and does not call <see cref="Verify"/>.
    /// </summary>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The token; null if it no longer exists.</returns>
    /// <exception cref="ApiTokenException">
    /// <c>OwnTokenProtected</c>, <c>PredecessorNotFound</c>, <c>SuccessorNotActive</c> or <c>TokenEnabled</c>; or the service rejected the
    /// request or could not be reached.
    /// </exception>
    public async Task<ApiToken?> CheckAsync(CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken).ConfigureAwait(false)).Old;

    internal override async Task ExecuteAsync(OperationContext context)
    {
        (ApiToken? old, ApiToken? successor) = await ReadAsync(context.CancellationToken).ConfigureAwait(false);
        if (old is null)
        {
            return;
        }

        if (IsDone(old))
        {
            await ReturnAsync(_due.Id, old, context).ConfigureAwait(false);
            return;
        }

        if (successor is not null && Verify is not null)
        {
            await CallerVerification.RequireAsync(Verify, old, successor, secret: null, context).ConfigureAwait(false);
        }

        (bool existed, ApiToken? disabled) = await OldTokenRetirement.RemoveOrDisableAsync(
            Connection, _due.Id, _due.Predecessor, context.CancellationToken).ConfigureAwait(false);
        if (existed)
        {
            ApiToken? after = Disables ? disabled : old.Revoked(Connection.Time.GetUtcNow());
            await ReturnAsync(_due.Id, after, context).ConfigureAwait(false);
        }
    }

    private bool Disables => _due.Predecessor == OldTokenAction.Disable;

    private bool IsDone(ApiToken old) => Disables && old.Status == TokenStatus.Inactive;

    // The old token is null if it no longer exists, and the successor if none replaces it.
    private async Task<(ApiToken? Old, ApiToken? Successor)> ReadAsync(CancellationToken cancellationToken)
    {
        ApiToken token = Connection.CreateReference(_due.Id, _due.Name);
        await OwnTokenGuard.CheckAsync(Connection, token, AllowOwnToken, cancellationToken).ConfigureAwait(false);
        if (await Connection.ReadIfExistsAsync(_due.Id, cancellationToken).ConfigureAwait(false) is not { } old)
        {
            await RequireSameServiceAsync(token, cancellationToken).ConfigureAwait(false);
            return (null, null);
        }

        if (_successorId is not null && !IsDone(old))
        {
            return (old, await OldTokenRetirement.RequireActiveSuccessorAsync(Connection, old, _successorId, cancellationToken)
                .ConfigureAwait(false));
        }

        return _successorId is null && _due.Operation == JournalOperations.Disable && old.Status == TokenStatus.Active
            ? throw TokenEnabled(old)
            : (old, null);
    }

    // Another server at the address, such as a restored copy or a new sandbox, does not know the token either. A reset gives the
    // successor the name of the old token, so the successor shows that the service is the one that issued both.
    private async Task RequireSameServiceAsync(ApiToken token, CancellationToken cancellationToken)
    {
        if (AllowMissing)
        {
            return;
        }

        string state = string.Empty;
        if (_successorId is not null)
        {
            ApiToken? successor = await Connection.ReadIfExistsAsync(_successorId, cancellationToken).ConfigureAwait(false);
            if (successor?.Name == _due.Name)
            {
                return;
            }

            state = $" Its successor {_successorId} "
                + (successor is null ? "does not exist there either." : $"has the other name '{successor.Name}'.");
        }

        throw new ApiTokenException(
            ErrorKind.ObjectNotFound,
            $"The token {token} is due, but {Connection.AccountIdentity} has no such token.{state} The connection may reach another "
                + "server. The token is still due.",
            $"Check the address of the connection. If the token was removed, specify {Field.AllowMissing}.",
            ErrorIds.PredecessorNotFound);
    }

    private static ApiTokenException TokenEnabled(ApiToken token) => new(
        ErrorKind.ResourceExists,
        $"The token {token} was disabled until its removal, which is due, but it is active: it was enabled since. It is unchanged.",
        $"If it is in use, cancel its removal in this journal: "
            + $"{new SuggestedCommand(SuggestedAction.Enable, token.Id, token.Connection)} {Field.JournalPath} ... "
            + $"To remove it, disable it again: {new SuggestedCommand(SuggestedAction.Disable, token.Id, token.Connection)}",
        ErrorIds.TokenEnabled);
}
