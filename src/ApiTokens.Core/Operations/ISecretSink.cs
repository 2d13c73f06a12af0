using System.Security;

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

    /// <summary>Determines whether the secret of a token has been saved, for example by a run that was terminated since.</summary>
    /// <param name="operation">The operation that issued the token.</param>
    /// <param name="token">The token, without its secret.</param>
    /// <returns>True or false; null if that cannot be determined.</returns>
    /// <exception cref="ApiTokenException">The sink cannot be read.</exception>
    bool? Contains(Operation operation, ApiToken token);

    /// <summary>Returns the saved secret of a token, so that it can be verified after the run that saved it was terminated.</summary>
    /// <param name="operation">The operation that issued the token.</param>
    /// <param name="token">The token, without its secret.</param>
    /// <returns>The secret; null if it is not certain that the secret belongs to the token, or if it cannot be read.</returns>
    /// <exception cref="ApiTokenException">The sink cannot be read.</exception>
    SecureString? Read(Operation operation, ApiToken token);

    /// <summary>
    /// Restores the value that the secret of an operation replaced, if possible, because the service or the caller rejected the new
    /// secret. The old secret may be in <see cref="Operation.ReplacedToken"/>.
    /// </summary>
    /// <param name="operation">The operation.</param>
    /// <exception cref="ApiTokenException">The previous value could not be restored.</exception>
    void Revert(Operation operation);

    /// <summary>The operation has ended. The value that its secret replaced is no longer needed.</summary>
    /// <param name="operation">The operation.</param>
    void Complete(Operation operation);
}
