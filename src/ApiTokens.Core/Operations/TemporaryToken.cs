using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Removes tokens that were issued for one job.</summary>
internal static class TemporaryToken
{
    // The clocks of the service and of this machine may differ.
    private static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(5);

    /// <summary>Removes a token, also after the run was stopped: that is what the caller asked for from the start.</summary>
    /// <exception cref="ApiTokenException"><c>TokenNotRemoved</c>.</exception>
    public static async Task RemoveAsync(TokenConnection connection, ApiToken token)
    {
        try
        {
            await OldTokenRetirement.RemoveOrDisableAsync(connection, token.Id, OldTokenAction.Remove, CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (ApiTokenException e)
        {
            throw new ApiTokenException(
                e.Kind,
                $"The token {token} was issued for one job and {(e.OutcomeUnknown ? "may still exist" : "still exists")}. {e.Message}",
                $"Remove the token: {SuggestedCommand.Remove(token)}",
                ErrorIds.TokenNotRemoved,
                e)
            { StatusCode = e.StatusCode, CorrelationId = e.CorrelationId, OutcomeUnknown = e.OutcomeUnknown };
        }
    }

    /// <summary>
    /// Removes the token of a run that was terminated. The journal has its id, or, if the response was lost, its name, which no other
    /// token has.
    /// </summary>
    /// <exception cref="ApiTokenException">The token could not be found or removed.</exception>
    public static async Task RemoveLeftoverAsync(TokenConnection connection, OperationContext context)
    {
        ApiToken? token = context.Progress switch
        {
            { IssuedId: { } id } => await connection.ReadIfExistsAsync(id, context.CancellationToken).ConfigureAwait(false),
            { Name: { Length: > 0 } name, StartedAt: { } startedAt } =>
                await FindAsync(connection, name, startedAt, context.CancellationToken).ConfigureAwait(false),
            _ => null,
        };
        if (token is not null)
        {
            await RemoveAsync(connection, token).ConfigureAwait(false);
            context.WriteVerbose($"Removed the token {token}, which a run that was terminated had issued for one job.");
        }
    }

    private static async Task<ApiToken?> FindAsync(
        TokenConnection connection, string name, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        await foreach (ApiToken token in connection.Tokens.ListAsync(TokenFilter.Existing, cancellationToken).ConfigureAwait(false))
        {
            if (token.Name == name && !(token.CreatedAt < startedAt - ClockMargin)
                && await connection.Tokens.IsIssuedByCallerAsync(token, cancellationToken).ConfigureAwait(false) != false)
            {
                return token;
            }
        }

        return null;
    }
}
