namespace ApiTokens.Operations;

/// <summary>Stores the secrets of issued tokens, for example in a vault. It is called on the thread that adds the operations.</summary>
public interface ISecretSink
{
    /// <summary>Saves a secret. The secret must be stored when the method returns.</summary>
    /// <param name="operation">The operation that issued the token.</param>
    /// <param name="issued">The token with its secret.</param>
    /// <exception cref="ApiTokenException">
    /// The secret could not be saved. The token with its secret is then returned to the caller.
    /// </exception>
    void Save(Operation operation, IssuedToken issued);

    /// <summary>
    /// Restores the value that the secret of an operation replaced, if possible, because the service rejected the new secret.
    /// </summary>
    /// <param name="operation">The operation.</param>
    /// <exception cref="ApiTokenException">The previous value could not be restored.</exception>
    void Revert(Operation operation);
}
