using System.Management.Automation;
using ApiTokens.Operations;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>Saves the secrets of a run in a vault or in files.</summary>
internal sealed class DeliverySink(SecretDelivery delivery) : ISecretSink
{
    /// <summary>Rejects, before a token is issued, a place that another token of this run has, as far as it is known yet.</summary>
    public void Reserve(Operation operation, ApiToken expected) => delivery.Reserve(expected, KeyOf(operation));

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
                $"{e.Message} The secret of {issued} is returned with the token, and is the TargetObject of this error.",
                e.Advice ?? "Save it: Save-ApiTokenSecret",
                e);
        }
    }

    /// <inheritdoc/>
    public void Revert(Operation operation) => delivery.Revert(KeyOf(operation));

    private static string KeyOf(Operation operation) => $"{operation.Identity.Account} {operation.Identity.Id}";
}
