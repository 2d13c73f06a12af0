using System.Management.Automation;
using System.Security;
using ApiTokens.Operations;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>Saves the secrets of a run in a vault or in files.</summary>
internal sealed class DeliverySink(SecretDelivery delivery) : ISecretSink
{
    /// <summary>
    /// Throws, before a token is issued, if its secret could not be saved: another token of this run has the same destination, or
    /// there is a secret that must not be overwritten. Has no effect if the destination is not yet known.
    /// </summary>
    public void Reserve(Operation operation, ApiToken expected, bool isResumed) =>
        delivery.Reserve(expected, KeyOf(operation), operation.ReplacedTokenId, isResumed);

    /// <inheritdoc/>
    public void Save(Operation operation, IssuedToken issued)
    {
        try
        {
            delivery.Save(PSObject.AsPSObject(issued.WithoutSecret()), issued.Secret, KeyOf(operation), operation.ReplacedTokenId);
        }
        catch (ApiTokenException e)
        {
            throw new SecretNotSavedException(
                issued,
                $"{e.Message} The token {issued} with its secret is written to the pipeline and is the TargetObject of this error.",
                e.Advice ?? "Save the secret: Save-ApiTokenSecret",
                e);
        }
    }

    /// <inheritdoc/>
    public bool? Contains(Operation operation, ApiToken token) => delivery.Contains(token);

    /// <inheritdoc/>
    public SecureString? Read(Operation operation, ApiToken token) => delivery.Read(token);

    /// <inheritdoc/>
    public void Complete(Operation operation) => delivery.Forget(KeyOf(operation));

    /// <inheritdoc/>
    public void Revert(Operation operation) => delivery.Revert(KeyOf(operation));

    private static string KeyOf(Operation operation) => $"{operation.Identity.Account} {operation.Identity.Id}";
}
