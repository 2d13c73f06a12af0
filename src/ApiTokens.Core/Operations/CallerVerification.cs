using System.Security;

namespace ApiTokens.Operations;

/// <summary>Asks the caller whether a new secret works where it is used, before the old token is retired.</summary>
internal static class CallerVerification
{
    /// <summary>Throws unless the caller accepts a secret that this run delivered. Then the value that it replaced is restored.</summary>
    /// <exception cref="ApiTokenException"><c>VerificationFailed</c>; the old token must stay unchanged.</exception>
    public static async Task RequireDeliveredAsync(
        Func<ApiToken, SecureString?, bool> verify, ApiToken old, IssuedToken successor, OperationContext context)
    {
        if (await FailureAsync(verify, successor, successor.GetSecret(), context).ConfigureAwait(false) is not { } failure)
        {
            return;
        }

        context.RecordRefused(successor.Id);
        string revertError = await context.TryRevertAsync().ConfigureAwait(false);
        Advice advice = $"If the new token is not in use, remove it, then reset again: {SuggestedCommand.Remove(successor)}";
        if (revertError.Length > 0)
        {
            advice = $"Restore the old secret where it is used. If the new token works, remove the old one instead: "
                + $"{SuggestedCommand.Remove(old)}";
        }

        throw Failed(old, successor, failure + revertError, advice);
    }

    /// <summary>Throws unless the caller accepts a token that an earlier run delivered.</summary>
    /// <exception cref="ApiTokenException"><c>VerificationFailed</c>; the old token must stay unchanged.</exception>
    public static async Task RequireAsync(
        Func<ApiToken, SecureString?, bool> verify, ApiToken old, ApiToken successor, SecureString? secret, OperationContext context)
    {
        if (await FailureAsync(verify, successor, secret, context).ConfigureAwait(false) is { } failure)
        {
            throw Failed(
                old,
                successor,
                failure,
                "Correct the problem where the token is used, then run the same command with the same journal. It verifies it again.");
        }
    }

    // Returns the reason; null if the caller accepts the token.
    private static async Task<string?> FailureAsync(
        Func<ApiToken, SecureString?, bool> verify, ApiToken successor, SecureString? secret, OperationContext context)
    {
        ApiToken token = successor is IssuedToken issued ? issued.WithoutSecret() : successor;
        bool isAccepted = false;
        try
        {
            await context.CallAsync(() => isAccepted = verify(token, secret)).ConfigureAwait(false);
        }
        catch (ApiTokenException e)
        {
            return " " + e.Message;
        }

        return isAccepted ? null : string.Empty;
    }

    private static ApiTokenException Failed(ApiToken old, ApiToken successor, string details, Advice advice) => new(
        ErrorKind.InvalidResult,
        $"The verification of the new token {successor}, which replaces the token {old}, failed.{details} The old token is unchanged.",
        advice,
        ErrorIds.VerificationFailed);
}
