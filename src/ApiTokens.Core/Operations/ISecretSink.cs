namespace ApiTokens.Operations;

/// <summary>Where the secrets of issued tokens go, such as a vault. A run calls it on the thread that adds the operations.</summary>
public interface ISecretSink
{
    /// <summary>Saves a secret. When it returns, the secret has arrived.</summary>
    /// <param name="operation">The operation that issued the token.</param>
    /// <param name="issued">The token with its secret.</param>
    /// <exception cref="ApiTokenException">It could not be saved. The token with its secret is then returned to the caller.</exception>
    void Save(Operation operation, IssuedToken issued);

    /// <summary>Puts back what the secret of an operation replaced, where that is possible: the service rejected the new secret.</summary>
    /// <param name="operation">The operation.</param>
    /// <exception cref="ApiTokenException">It could not be put back.</exception>
    void Revert(Operation operation);
}
