using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Verifies with the service that a delivered secret works.</summary>
internal static class SecretProof
{
    // A service may need some time until all of its servers accept a new secret.
    private static readonly TimeSpan[] Delays =
        [TimeSpan.Zero, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    /// <summary>Throws unless the secret of a successor works, or the service has no request to verify it.</summary>
    /// <exception cref="ApiTokenException">
    /// <c>SuccessorRefused</c> or <c>SuccessorNotProved</c>; the old token must stay unchanged.
    /// </exception>
    public static async Task RequireSuccessorAsync(
        TokenConnection connection, ApiToken old, IssuedToken successor, OperationContext context)
    {
        SecretCheck check = await CheckAsync(connection, successor, context).ConfigureAwait(false);
        if (check.State == SecretState.Refused)
        {
            context.RecordRefused(successor.Id);
            string revertError = await context.TryRevertAsync().ConfigureAwait(false);
            throw RefusedSuccessor(
                connection, old, successor, $"{revertError} {check.Error?.Message}".TrimEnd(), check.Error);
        }

        if (check.Error is { } error)
        {
            throw new ApiTokenException(
                error.Kind,
                $"The new token {successor}, which replaces the token {old}, was issued and its secret delivered, but the secret could "
                    + $"not be verified. The old token is unchanged. {error.Message}",
                $"If the new token works, remove the old one: {SuggestedCommand.Remove(old)}. If this network never allows the "
                    + $"verification, reset with {Field.SkipProof}.",
                ErrorIds.SuccessorNotProved,
                error)
            { StatusCode = error.StatusCode, CorrelationId = error.CorrelationId };
        }
    }

    /// <summary>
    /// Throws if the service rejects a secret that was replaced in place. The old secret no longer works, so a failed verification is
    /// only a verbose message.
    /// </summary>
    /// <exception cref="ApiTokenException"><c>SecretRefused</c>.</exception>
    public static async Task RequireInPlaceAsync(TokenConnection connection, IssuedToken regenerated, OperationContext context)
    {
        SecretCheck check = await CheckAsync(connection, regenerated, context).ConfigureAwait(false);
        if (check.State == SecretState.Refused)
        {
            context.RecordRefused(regenerated.Id);
            throw new ApiTokenException(
                ErrorKind.InvalidResult,
                ($"{connection.Service} rejects the new secret of the token {regenerated}, and the old secret no longer works. "
                    + check.Error?.Message).TrimEnd(),
                $"Reset it again: {new SuggestedCommand(SuggestedAction.Reset, regenerated.Id, regenerated.Connection)}",
                ErrorIds.SecretRefused,
                check.Error);
        }

        if (check.Error is { } error)
        {
            context.WriteVerbose($"The new secret of the token {regenerated} could not be verified. {error.Message}");
        }
    }

    /// <summary>Creates the error for a successor that an earlier run delivered and did not verify.</summary>
    public static ApiTokenException NotVerified(ApiToken old, ApiToken successor) => new(
        ErrorKind.InvalidOperation,
        $"An earlier run issued the new token {successor}, which replaces the token {old}, and delivered its secret, but ended before "
            + "it verified the secret. The old token is unchanged.",
        $"If the new token works, remove the old one: {SuggestedCommand.Remove(old)}",
        ErrorIds.SuccessorNotProved);

    /// <summary>Creates the error for a successor whose secret the service, or the caller, rejected in an earlier run.</summary>
    public static ApiTokenException RefusedEarlier(TokenConnection connection, ApiToken old, ApiToken successor) => new(
        ErrorKind.InvalidResult,
        $"In an earlier run, the secret of the new token {successor}, which replaces the token {old}, was rejected. The old token is "
            + "unchanged.",
        AdviseRemoval(connection, successor),
        ErrorIds.SuccessorRefused);

    /// <summary>Returns the advice for a successor that was rejected.</summary>
    public static Advice AdviseRemoval(TokenConnection connection, ApiToken successor) =>
        $"Remove the new token, then reset again: {new SuggestedCommand(SuggestedAction.Remove, successor.Id, connection.Name)}";

    private static ApiTokenException RefusedSuccessor(
        TokenConnection connection, ApiToken old, ApiToken successor, string details, Exception? inner) => new(
        ErrorKind.InvalidResult,
        $"{connection.Service} rejected the secret of the new token {successor}, which replaces the token {old}. The old token is "
            + $"unchanged.{details}",
        AdviseRemoval(connection, successor),
        ErrorIds.SuccessorRefused,
        inner);

    private static async Task<SecretCheck> CheckAsync(TokenConnection connection, IssuedToken issued, OperationContext context)
    {
        SecretCheck check = new(SecretState.Unknown);
        foreach (TimeSpan delay in Delays)
        {
            await connection.Time.Delay(delay, context.CancellationToken).ConfigureAwait(false);
            check = await connection.Tokens.CheckSecretAsync(issued.GetSecret(), issued, context.CancellationToken).ConfigureAwait(false);
            if (check.State != SecretState.Refused)
            {
                break;
            }
        }

        context.WriteVerbose(check switch
        {
            { State: SecretState.Accepted } => $"Verified: {connection.Service} accepts the new secret of {issued}.",
            { State: SecretState.Refused } => $"Not verified: {connection.Service} rejects the new secret of {issued}.",
            { Error: { } error } => error.Message,
            _ => $"{connection.Service} has no request that verifies the secret of {issued}.",
        });
        return check;
    }
}
