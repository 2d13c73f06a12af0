using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Asks the service whether a secret that was just delivered works.</summary>
internal static class SecretProof
{
    // A service may need a moment until all of it knows a new secret.
    private static readonly TimeSpan[] Delays = [TimeSpan.Zero, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    /// <summary>Requires that the secret of a successor works, or that the service has no way to tell.</summary>
    /// <exception cref="ApiTokenException"><c>SuccessorRefused</c> or <c>SuccessorNotProved</c>; the old token must be left as it is.</exception>
    public static async Task RequireSuccessorAsync(TokenConnection connection, ApiToken old, IssuedToken successor, OperationContext context)
    {
        SecretCheck check = await CheckAsync(connection, successor, context).ConfigureAwait(false);
        if (check.State == SecretState.Refused)
        {
            context.RecordRefused(successor.Id);
            string notReverted = string.Empty;
            try
            {
                await context.RevertAsync().ConfigureAwait(false);
            }
            catch (ApiTokenException e)
            {
                notReverted = " " + e.Message;
            }

            throw RefusedSuccessor(connection, old, successor, when: string.Empty, $"{notReverted} {check.Error?.Message}".TrimEnd(), check.Error);
        }

        if (check.Error is { } error)
        {
            throw new ApiTokenException(
                error.Kind,
                $"The new token {successor}, which replaces the token {old}, was issued and delivered, but its secret could not be verified. The old token is unchanged. {error.Message}",
                $"If the new token works, remove the old one: {SuggestedCommand.Remove(old)}",
                ErrorIds.SuccessorNotProved,
                error)
            { StatusCode = error.StatusCode, CorrelationId = error.CorrelationId };
        }
    }

    /// <summary>Requires that a secret that was changed in place works. The old secret is dead already, so a failure to find out is only noted.</summary>
    /// <exception cref="ApiTokenException"><c>SecretRefused</c>.</exception>
    public static async Task RequireInPlaceAsync(TokenConnection connection, IssuedToken renewed, OperationContext context)
    {
        SecretCheck check = await CheckAsync(connection, renewed, context).ConfigureAwait(false);
        if (check.State == SecretState.Refused)
        {
            context.RecordRefused(renewed.Id);
            throw new ApiTokenException(
                ErrorKind.InvalidResult,
                $"{connection.Service} rejects the new secret of the token {renewed}, and the old secret no longer works. {check.Error?.Message}".TrimEnd(),
                $"Reset it again: {new SuggestedCommand(SuggestedAction.Reset, renewed.Id, renewed.Connection)}",
                ErrorIds.SecretRefused,
                check.Error);
        }

        if (check.Error is { } error)
        {
            context.WriteVerbose($"The new secret of the token {renewed} could not be verified. {error.Message}");
        }
    }

    /// <summary>The error for a successor whose secret the service rejects.</summary>
    public static ApiTokenException RefusedSuccessor(
        TokenConnection connection, ApiToken old, ApiToken successor, string when, string details = "", Exception? inner = null) => new(
        ErrorKind.InvalidResult,
        $"{connection.Service} rejected the secret of the new token {successor}, which replaces the token {old}{when}. The old token is unchanged.{details}",
        $"Remove the new token, then reset again: {new SuggestedCommand(SuggestedAction.Remove, successor.Id, connection.Name)}",
        ErrorIds.SuccessorRefused,
        inner);

    private static async Task<SecretCheck> CheckAsync(TokenConnection connection, IssuedToken issued, OperationContext context)
    {
        SecretCheck check = new(SecretState.Unknown);
        foreach (TimeSpan delay in Delays)
        {
            await connection.Time.Delay(delay, context.CancellationToken).ConfigureAwait(false);
            check = await connection.Tokens.CheckSecretAsync(issued.Secret, issued, context.CancellationToken).ConfigureAwait(false);
            if (check.State != SecretState.Refused)
            {
                break;
            }
        }

        context.WriteVerbose(check switch
        {
            { State: SecretState.Accepted } => $"{connection.Service} accepts the secret of {issued}.",
            { State: SecretState.Refused } => $"{connection.Service} rejects the secret of {issued}.",
            { Error: { } error } => error.Message,
            _ => $"{connection.Service} has no request that verifies the secret of {issued}.",
        });
        return check;
    }
}
