using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>One change to one token, or one token to be issued. It runs by itself, or as one of many in an <see cref="OperationRunner"/>.</summary>
public abstract class Operation
{
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
    }

    /// <summary>The connection that it uses.</summary>
    public TokenConnection Connection { get; }

    /// <summary>The token; for a token to be issued, its id is a fingerprint of the request.</summary>
    public TokenIdentity Identity { get; }

    /// <summary>The token's name, as far as it is known.</summary>
    public string Name { get; }

    /// <summary>What errors are about: the token, or the input that it came from.</summary>
    public object Target { get; init; }

    /// <summary>Whether the token is returned as it is after the change. Issued tokens are always returned.</summary>
    public bool ReturnsToken { get; init; }

    /// <summary>The id of the old token whose secret the new one replaces; null where a secret replaces none.</summary>
    public virtual string? ReplacedTokenId => null;

    /// <summary>Whether a run may do it twice for the same token.</summary>
    internal virtual bool MayRepeat => true;

    /// <summary>Rejects what the service cannot do or would reject. Sends nothing, and does its work once.</summary>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>, or <c>Invalid</c> with the name of a field.</exception>
    public void Validate()
    {
        if (!_isValidated)
        {
            ValidateCore();
            _isValidated = true;
        }
    }

    /// <summary>Runs this one operation, without a journal.</summary>
    /// <param name="secrets">Where the secret of an issued token goes; null for an operation that issues none.</param>
    /// <param name="cancellationToken">Lets no further request start.</param>
    /// <returns>Completes when it is done.</returns>
    /// <exception cref="ApiTokenException">It is not valid, or a step failed.</exception>
    public Task RunAsync(ISecretSink? secrets = null, CancellationToken cancellationToken = default)
    {
        Validate();
        return ExecuteAsync(new OperationContext(this, new OperationScope(), new InlineInvoker(), NullOutput.Instance, secrets, journal: null, cancellationToken));
    }

    /// <summary>Asks the service whether an earlier run, killed before it knew, has done this already.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>True if nothing is left to do. False where the operation itself looks at what an earlier run left.</returns>
    internal virtual Task<bool> IsAlreadyDoneAsync(CancellationToken cancellationToken) => Task.FromResult(false);

    internal abstract Task ExecuteAsync(OperationContext context);

    private protected virtual void ValidateCore()
    {
    }

    /// <summary>Returns the token as it is now, if that was asked for.</summary>
    private protected async Task ReturnAsync(string id, ApiToken? changed, OperationContext context)
    {
        if (ReturnsToken)
        {
            await context.WriteResultAsync(changed ?? await Connection.Tokens.GetAsync(id, context.CancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }
}
