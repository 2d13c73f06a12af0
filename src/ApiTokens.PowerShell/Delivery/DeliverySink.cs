using System.Management.Automation;
using System.Security;
using ApiTokens.Operations;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>Delivers the secrets of a run to each of several places. A secret is delivered only if all of them have it.</summary>
internal sealed class DeliverySink(IReadOnlyList<SecretDelivery> deliveries) : ISecretSink
{
    /// <summary>
    /// Throws, before a token is issued, if its secret could not be saved: another token of this run has the same destination, or
    /// there is a secret that must not be overwritten. Has no effect if the destination is not yet known.
    /// </summary>
    public void Reserve(Operation operation, ApiToken expected, bool isResumed)
    {
        foreach (SecretDelivery delivery in deliveries)
        {
            delivery.Reserve(expected, KeyOf(operation), operation.ReplacedTokenId, isResumed);
        }
    }

    /// <inheritdoc/>
    public void Save(Operation operation, IssuedToken issued)
    {
        try
        {
            foreach (SecretDelivery delivery in deliveries)
            {
                delivery.Save(PSObject.AsPSObject(issued.WithoutSecret()), issued.GetSecret(), KeyOf(operation), operation.ReplacedTokenId);
            }
        }
        catch (ApiTokenException e)
        {
            // A message about a field begins with its name, which is that of the parameter.
            string cause = e.Field is { } field && e.Message.StartsWith(field.Name, StringComparison.Ordinal) ? $"-{e.Message}" : e.Message;
            throw new SecretNotSavedException(
                issued,
                $"{cause}{TryRevert(operation)} The token {issued} with its secret is written to the pipeline and is the "
                    + "TargetObject of this error.",
                e.Advice ?? "Save the secret: Save-ApiTokenSecret",
                e);
        }
    }

    /// <inheritdoc/>
    public bool? Contains(Operation operation, ApiToken token)
    {
        bool?[] answers = [.. deliveries.Select(delivery => delivery.Contains(token))];
        return answers.Contains(false) ? false : Array.TrueForAll(answers, answer => answer == true) ? true : null;
    }

    /// <inheritdoc/>
    public SecureString? Read(Operation operation, ApiToken token) =>
        deliveries.Select(delivery => delivery.Read(token)).FirstOrDefault(secret => secret is not null);

    /// <inheritdoc/>
    public void Complete(Operation operation)
    {
        foreach (SecretDelivery delivery in deliveries)
        {
            delivery.Forget(KeyOf(operation));
        }
    }

    /// <inheritdoc/>
    public void Revert(Operation operation)
    {
        var errors = new List<string>();
        var issued = operation.ReplacedToken as IssuedToken;
        SecureString? oldSecret = issued?.GetSecret();
        PSObject? old = operation.ReplacedToken is { } token ? PSObject.AsPSObject(issued?.WithoutSecret() ?? token) : null;
        foreach (SecretDelivery delivery in deliveries)
        {
            try
            {
                oldSecret = delivery.Revert(KeyOf(operation), old, oldSecret) ?? oldSecret;
            }
            catch (ApiTokenException e)
            {
                errors.Add(e.Message);
            }
        }

        if (errors.Count > 0)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation, string.Join(" ", errors), advice: null, ErrorIds.SecretNotSaved);
        }
    }

    // Another delivery may have saved the secret before one failed.
    private string TryRevert(Operation operation)
    {
        try
        {
            Revert(operation);
            return string.Empty;
        }
        catch (ApiTokenException e)
        {
            return $" {e.Message}";
        }
    }

    private static string KeyOf(Operation operation) => $"{operation.Identity.Account} {operation.Identity.Id}";
}
