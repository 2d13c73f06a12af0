using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Issues a token. If the response is lost, it searches for the token.</summary>
internal static class TokenIssuer
{
    // The service may still be processing a request that timed out at the client. In all, the search takes three seconds.
    private static readonly TimeSpan[] SearchDelays = [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    /// <summary>Issues a token.</summary>
    /// <param name="scope">The run.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="request">The validated request.</param>
    /// <param name="removeOrphan">Whether a token whose secret is lost is removed if it certainly belongs to this request.</param>
    /// <param name="wasDelivered">Determines whether an earlier run delivered a token.</param>
    /// <param name="cancellationToken">Prevents further requests.</param>
    /// <returns>The token and its secret.</returns>
    /// <exception cref="OrphanedTokenException">A token exists, or may exist, but its secret is lost.</exception>
    public static async Task<IssuedToken> IssueAsync(
        OperationScope scope,
        TokenConnection connection,
        NewTokenRequest request,
        bool removeOrphan,
        Func<string, bool> wasDelivered,
        CancellationToken cancellationToken)
    {
        HashSet<TokenIdentity>? before =
            removeOrphan ? await scope.Snapshot.GetTokensAsync(connection, cancellationToken).ConfigureAwait(false) : null;
        DateTimeOffset startedAt = connection.Time.GetUtcNow();
        IssuedTokenRegistry registry = scope.Issued.Of(connection);
        using IDisposable issuing = registry.Begin(request.Name, startedAt);
        try
        {
            IssuedToken issued = await connection.Tokens.CreateAsync(request, cancellationToken).ConfigureAwait(false);
            registry.AddIssued(issued, connection.Time.GetUtcNow());
            return issued;
        }
        catch (OrphanedTokenException e)
        {
            // This token is reported here, so a search for another one must not find it.
            registry.Add(e.Token, connection.Time.GetUtcNow());
            throw await OrphanSearch.ReportAsync(
                connection, e.Token, e.Message, e, removeOrphan, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiTokenException e) when (e.OutcomeUnknown)
        {
            var search = new OrphanSearch(scope, connection, request, startedAt, before, wasDelivered);
            throw await FindLostTokenAsync(search, e, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<ApiTokenException> FindLostTokenAsync(
        OrphanSearch search, ApiTokenException error, CancellationToken cancellationToken)
    {
        TokenConnection connection = search.Connection;
        IReadOnlyList<ApiToken> found = [];
        bool shared = false;
        bool certain = false;
        try
        {
            foreach (TimeSpan delay in SearchDelays)
            {
                await connection.Time.Delay(delay, cancellationToken).ConfigureAwait(false);
                found = await search.FindAsync(cancellationToken).ConfigureAwait(false);

                // Another token with this name that was issued while the list was read is registered by now, or is still pending.
                shared = search.IsShared();
                found = [.. found.Where(token => !search.IsIssued(token.Id))];
                if (found.Count > 0)
                {
                    break;
                }
            }

            certain = found.Count == 1 && !shared && await search.IsCertainAsync(found[0], cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            search.AddUnsettled();

            // A candidate may be the token of somebody else, so only the name is certain.
            return new OrphanedTokenException(
                search.UnknownToken, $"{error.Message} The run was stopped before the search for the token had ended.", error);
        }
        catch (ApiTokenException e) when (found.Count == 0)
        {
            search.AddUnsettled();
            return WithOutcomeUnknown(error, $"The search for the token also failed. {e.Message}");
        }
        catch (ApiTokenException)
        {
            // It is not known who issued the candidate, so it is only reported.
        }

        if (found.Count == 1 && !shared)
        {
            search.AddReported(found[0]);
        }
        else
        {
            search.AddUnsettled();
        }

        return (found.Count, certain) switch
        {
            (0, _) => NotFound(search, error),
            (1, true) => await OrphanSearch.ReportAsync(
                connection, found[0], $"{error.Message} The token {found[0]} was created.", error, remove: true,
                cancellationToken).ConfigureAwait(false),
            (1, false) when !shared => new OrphanedTokenException(
                found[0],
                found[0].CreatedAt is { } created
                    ? $"{error.Message} The token {found[0]}, created at {created.UtcDateTime:u}, is probably this token."
                    : $"{error.Message} The token {found[0]} is probably this token.",
                error),
            _ => new OrphanedTokenException(
                found.Count == 1 ? found[0] : search.UnknownToken,
                $"{error.Message} New tokens with this name exist: {OrphanSearch.Names(found)}. One of them may be this token.",
                error,
                advice: $"Check which of these tokens is not in use, and remove it. To see the tokens: {SuggestedCommand.List}"),
        };
    }

    // The service may create the token later, so its absence proves nothing.
    private static ApiTokenException NotFound(OrphanSearch search, ApiTokenException error) => WithOutcomeUnknown(
        error, $"No new token '{search.Request.Name}' was found within 3 seconds, but the service may still create it.");

    private static ApiTokenException WithOutcomeUnknown(ApiTokenException error, string details) => new(
        error.Kind,
        $"{error.Message} {details}",
        error.Advice,
        error.ErrorId,
        error)
    {
        StatusCode = error.StatusCode,
        CorrelationId = error.CorrelationId,
        OutcomeUnknown = true,
    };
}
