using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Removes or disables an old token after its successor was verified.</summary>
internal static class OldTokenRetirement
{
    /// <summary>Retires an old token.</summary>
    /// <returns>True if the old token no longer exists.</returns>
    /// <exception cref="ApiTokenException"><c>PredecessorNotRemoved</c> or <c>PredecessorNotDisabled</c>.</exception>
    public static async Task<bool> RetireAsync(
        TokenConnection connection, ApiToken old, string successorId, OldTokenAction action, CancellationToken cancellationToken)
    {
        bool disable = action == OldTokenAction.Disable;
        try
        {
            (bool existed, _) = await RemoveOrDisableAsync(connection, old.Id, action, cancellationToken).ConfigureAwait(false);
            return !disable || !existed;
        }
        catch (ApiTokenException e)
        {
            string state = (disable, e.OutcomeUnknown) switch
            {
                (true, true) => "may still work",
                (true, false) => "still works",
                (false, true) => "may still exist",
                (false, false) => "still exists",
            };
            SuggestedAction suggested = disable ? SuggestedAction.Disable : SuggestedAction.Remove;
            throw new ApiTokenException(
                e.Kind,
                $"The new token ({successorId}), which replaces the token {old}, was issued and delivered. The old token "
                    + $"{state}. {e.Message}",
                $"Retire the old token: {new SuggestedCommand(suggested, old.Id, old.Connection)}",
                disable ? ErrorIds.PredecessorNotDisabled : ErrorIds.PredecessorNotRemoved,
                e)
            { StatusCode = e.StatusCode, CorrelationId = e.CorrelationId, OutcomeUnknown = e.OutcomeUnknown };
        }
    }

    /// <summary>
    /// Removes or disables a token. It is no error if somebody else has removed it: its secret no longer works, as intended.
    /// </summary>
    /// <returns>Whether it still existed, and the disabled token if the service returned it.</returns>
    public static async Task<(bool Existed, ApiToken? Disabled)> RemoveOrDisableAsync(
        TokenConnection connection, string id, OldTokenAction action, CancellationToken cancellationToken)
    {
        try
        {
            if (action == OldTokenAction.Disable)
            {
                return (true, await connection.Tokens.SetEnabledAsync(id, enabled: false, cancellationToken).ConfigureAwait(false));
            }

            await connection.Tokens.RemoveAsync(id, cancellationToken).ConfigureAwait(false);
            return (true, null);
        }
        catch (ApiTokenException e) when (e.Kind == ErrorKind.ObjectNotFound)
        {
            // The 404 may be of a proxy, so the token counts as removed only if it cannot be read either.
            if (await connection.ReadIfExistsAsync(id, cancellationToken).ConfigureAwait(false) is null)
            {
                return (false, null);
            }

            throw;
        }
    }

    /// <summary>Throws unless the successor exists and is active. Otherwise the old token is the only one that works.</summary>
    /// <returns>The successor.</returns>
    /// <exception cref="ApiTokenException"><c>SuccessorNotActive</c>.</exception>
    public static async Task<ApiToken> RequireActiveSuccessorAsync(
        TokenConnection connection, ApiToken old, string successorId, CancellationToken cancellationToken)
    {
        ApiToken? successor = await connection.ReadIfExistsAsync(successorId, cancellationToken).ConfigureAwait(false);
        if (successor?.Status == TokenStatus.Active)
        {
            return successor;
        }

        string state = successor is null ? "no longer exists" : $"is {successor.Status.ToString().ToLowerInvariant()}";
        throw new ApiTokenException(
            ErrorKind.ResourceExists,
            $"The new token ({successorId}), which replaces the token {old}, {state}. The old token is unchanged.",
            $"If the old token is no longer in use, remove it: {new SuggestedCommand(SuggestedAction.Remove, old.Id, connection.Name)}",
            ErrorIds.SuccessorNotActive);
    }
}
