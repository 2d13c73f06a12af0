using ApiTokens.Journal;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>A change to one token, or the issue of one token. It runs alone or with others in an <see cref="OperationRunner"/>.</summary>
public abstract class Operation
{
    private readonly bool _isOfOtherAccount;
    private bool _isValidated;

    private protected Operation(TokenConnection connection, string key, string name, object target)
    {
        Connection = connection;
        Identity = new TokenIdentity(connection.AccountIdentity, key);
        Name = name;
        Target = target;
    }

    private protected Operation(TokenConnection connection, ApiToken token)
        : this(connection, token.Id, token.Name, token)
    {
        _isOfOtherAccount = token.BaseUri is { } address && !Identity.Account.Matches(token.Service, token.Account, address);
    }

    /// <summary>The connection that the operation uses.</summary>
    public TokenConnection Connection { get; }

    /// <summary>The identity of the token. For a token to be issued, the id is a fingerprint of the request.</summary>
    public TokenIdentity Identity { get; }

    /// <summary>The name of the token, if known.</summary>
    public string Name { get; }

    /// <summary>The target object of errors: the token, or the input that it came from.</summary>
    public object Target { get; init; }

    /// <summary>Whether the changed token is returned. Issued tokens are always returned.</summary>
    public bool ReturnsToken { get; init; }

    /// <summary>The id of the old token whose secret is replaced; null if no secret is replaced.</summary>
    public virtual string? ReplacedTokenId => null;

    /// <summary>The old token whose secret is replaced, as far as it is known; null if no secret is replaced.</summary>
    public virtual ApiToken? ReplacedToken => null;

    /// <summary>Whether a run may perform the operation more than once for the same token.</summary>
    internal virtual bool MayRepeat => true;

    /// <summary>Whether the operation issues a token, which may exist if the outcome is unknown.</summary>
    internal virtual bool IssuesToken => false;

    /// <summary>What is known of the token that the operation may have issued, if the outcome is unknown.</summary>
    internal virtual ApiToken UnsettledToken => Connection.CreateReference(id: string.Empty, Name);

    /// <summary>The parameters that distinguish operations on one token in a journal; null if there is only one.</summary>
    internal virtual string? Parameters => null;

    /// <summary>Whether the operation can have been undone since an earlier run completed it, so that the service is asked again.</summary>
    internal virtual bool MayBeUndone => false;

    /// <summary>The token in a message. Its name may be unknown.</summary>
    private protected ApiToken Reference => Connection.CreateReference(Identity.Id, Name);

    /// <summary>Validates the operation without sending a request. Repeated calls have no effect.</summary>
    /// <exception cref="ApiTokenException">
    /// <c>OperationNotSupported</c>, <c>ConnectionMismatch</c> if the token is of another account or address, or <c>Invalid</c> with the
    /// name of a field.
    /// </exception>
    public void Validate()
    {
        if (_isOfOtherAccount)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidArgument,
                $"The token {Reference} does not belong to {Connection.AccountIdentity}.",
                "Use a connection to the account of the token.",
                ErrorIds.ConnectionMismatch);
        }

        if (!_isValidated)
        {
            ValidateCore();
            _isValidated = true;
        }
    }

    /// <summary>Runs this operation alone and without a journal.</summary>
    /// <param name="secrets">The sink for the secret of an issued token; null for an operation that issues none.</param>
    /// <param name="cancellationToken">Prevents further requests.</param>
    /// <returns>A task that completes when the operation has completed.</returns>
    /// <exception cref="ApiTokenException">The operation is invalid, or a step failed.</exception>
    public Task RunAsync(ISecretSink? secrets = null, CancellationToken cancellationToken = default)
    {
        Validate();
        var context = new OperationContext(
            this, new OperationScope(), new InlineInvoker(), NullOutput.Instance, secrets, journal: null, cancellationToken)
        {
            Undelivered = [],
        };
        return ExecuteAsync(context);
    }

    /// <summary>Determines whether an earlier run with the same journal has started the operation, so that this run resumes it.</summary>
    /// <param name="journal">The journal.</param>
    /// <returns>False if the operation is new, or failed without effect.</returns>
    public bool WasStartedIn(JournalWriter journal) => journal.ResumeState.ProgressOf(KeyIn(journal)).Stage != JournalStage.None;

    /// <summary>Returns the token that may exist after an error, and whose secret is lost; null if there is none.</summary>
    internal virtual ApiToken? LostToken(Exception? error) => error switch
    {
        OrphanedTokenException { OutcomeUnknown: true } orphan => orphan.Token,
        ApiTokenException { OutcomeUnknown: true } when IssuesToken => UnsettledToken,
        _ => null,
    };

    internal JournalKey KeyIn(JournalWriter journal) => new(journal.Operation, Identity, Parameters);

    /// <summary>Queries the service whether an earlier run, which was terminated, has already completed the operation.</summary>
    /// <param name="context">The run.</param>
    /// <returns>
    /// True if nothing is left to do. False if not, or if the operation itself handles the state that an earlier run left.
    /// </returns>
    internal virtual Task<bool> IsAlreadyDoneAsync(OperationContext context) => Task.FromResult(false);

    /// <summary>Creates the error for an operation that a run must not perform more than once for the same token.</summary>
    internal ApiTokenException CreateRepeatedError() => new(
        ErrorKind.InvalidOperation,
        $"The token {Reference} is in the input more than once. A run resets a token only once.",
        "Remove the duplicate from the input.",
        ErrorIds.DuplicateToken);

    internal abstract Task ExecuteAsync(OperationContext context);

    private protected virtual void ValidateCore()
    {
    }

    /// <summary>Returns the current token to the caller if <see cref="ReturnsToken"/> is set.</summary>
    private protected async Task ReturnAsync(string id, ApiToken? changed, OperationContext context)
    {
        if (ReturnsToken)
        {
            ApiToken result = changed ?? await Connection.Tokens.GetAsync(id, context.CancellationToken).ConfigureAwait(false);
            await context.WriteResultAsync(result).ConfigureAwait(false);
        }
    }
}
