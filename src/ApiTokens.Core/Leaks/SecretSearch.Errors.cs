using System.Globalization;
using ApiTokens.Services;

namespace ApiTokens.Leaks;

/// <content>The errors about secrets whose token was not found.</content>
public sealed partial class SecretSearch
{
    private static readonly Advice NotFound =
        $"It may belong to another account, be expired, or not be a secret. Specify {Field.Probe} to test it by sending it to the service.";

    private static readonly Advice NotFoundByProbe =
        "It may belong to another account, be expired, or not be a secret. Connect to the other accounts, then search again.";

    private ApiTokenException CreateError(LeakCandidate secret)
    {
        string length = secret.Length.ToString(CultureInfo.InvariantCulture);
        string services = string.Join(" or ", secret.Services.Select(service => service.Name));
        if (secret.OwnOf.Count > 0)
        {
            return new ApiTokenException(
                ErrorKind.ObjectNotFound,
                $"{secret.Source}: this is the credential of the connection "
                    + $"{string.Join(", ", secret.OwnOf)}, and no listed token has it.",
                "Change the credential at its issuer, then connect again.",
                ErrorIds.OwnCredentialLeaked);
        }

        (string message, Advice advice) = secret switch
        {
            { Services.Count: 0 } => (
                $"a value of {length} characters does not have the format of a secret of "
                    + $"{string.Join(", ", ServiceCatalog.All.Select(service => service.Name))}.",
                "If it is a secret of another service, revoke it there."),
            { SearchedConnections.Count: 0 } => (
                $"a value of {length} characters has the format of a secret of {services}, but there is no connection to {services}.",
                "Connect to the account that it may belong to, then search again."),
            _ => (
                $"a value of {length} characters has the format of a secret of {services}, "
                    + $"but no token of {string.Join(", ", secret.SearchedConnections)} matches it.",
                Probe ? NotFoundByProbe : NotFound),
        };
        if (secret.IsRefused)
        {
            advice = "The secret does not work there. If it can belong to another account, connect to that account and search again.";
        }

        string notes = string.Concat(secret.Notes.Concat(secret.Describe()).Distinct().Select(note => $" {note}"));
        return new SecretNotAttributedException($"{secret.Source}: {message}{notes}", advice, secret.TokenIds, secret.IsRefused);
    }
}
