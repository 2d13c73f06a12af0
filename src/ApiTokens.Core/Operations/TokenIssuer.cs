using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Issues a token; if the answer is lost, looks for the token.</summary>
internal static class TokenIssuer
{
    // A request that timed out here may still be running at the service.
    private static readonly TimeSpan[] SearchDelays = [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    /// <summary>Issues a token.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="request">What is wanted; it is valid.</param>
    /// <param name="before">The tokens that existed before the run, if an orphan is to be removed: none of them is one.</param>
    /// <param name="wasDelivered">Whether an earlier run delivered a token.</param>
    /// <param name="cancellationToken">Lets no further request start.</param>
    /// <returns>The token and its secret.</returns>
    /// <exception cref="OrphanedTokenException">A token exists, or may exist, whose secret is lost.</exception>
    public static async Task<IssuedToken> IssueAsync(
        TokenConnection connection, NewTokenRequest request, TokenSnapshot? before, Func<string, bool> wasDelivered, CancellationToken cancellationToken)
    {
        HashSet<string>? known = before is null ? null : await before.GetIdsAsync(connection, cancellationToken).ConfigureAwait(false);
        DateTimeOffset since = connection.Time.GetUtcNow() - OrphanSearch.ClockSkew;
        IssuedTokenRegistry registry = IssuedTokenRegistry.Of(connection);
        using IDisposable issuing = registry.Begin(request.Name, since);
        try
        {
            IssuedToken issued = await connection.Tokens.CreateAsync(request, cancellationToken).ConfigureAwait(false);
            registry.AddIssued(issued);
            return issued;
        }
        catch (OrphanedTokenException e)
        {
            throw await OrphanSearch.ReportAsync(connection, e.Token, e.Message, e, remove: before is not null, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiTokenException e) when (e.OutcomeUnknown)
        {
            var search = new OrphanSearch(connection, request, since, id => wasDelivered(id) || known?.Contains(id) == true);
            throw await LookForLostAsync(search, remove: known is not null, e, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<ApiTokenException> LookForLostAsync(OrphanSearch search, bool remove, ApiTokenException error, CancellationToken cancellationToken)
    {
        TokenConnection connection = search.Connection;
        IssuedTokenRegistry registry = IssuedTokenRegistry.Of(connection);
        IReadOnlyList<ApiToken> found = [];
        bool shared = false;
        try
        {
            foreach (TimeSpan delay in SearchDelays)
            {
                await connection.Time.Delay(delay, cancellationToken).ConfigureAwait(false);
                found = await search.FindAsync(cancellationToken).ConfigureAwait(false);

                // Another token of that name that was delivered while this list was read is known by now, or is still being issued.
                shared = registry.IsShared(search.Request.Name);
                found = [.. found.Where(token => !registry.Contains(token.Id))];
                if (found.Count > 0)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is ApiTokenException or OperationCanceledException)
        {
            // The search failed too: only what the first failure said is known.
            return error;
        }

        return found.Count switch
        {
            0 => new ApiTokenException(
                error.Kind, $"{error.Message} No token of that name has appeared since: it was not created.", error.Advice, error.ErrorId, error)
            {
                StatusCode = error.StatusCode,
                CorrelationId = error.CorrelationId,
            },
            1 when !shared => await OrphanSearch.ReportAsync(
                connection, found[0], $"{error.Message} {DescribeCandidate(found[0], isCertain: remove)}", error, remove, cancellationToken).ConfigureAwait(false),
            _ => new OrphanedTokenException(
                found[0], $"{error.Message} Since then there is {OrphanSearch.Names(found)}; which of them it is cannot be told.", error),
        };
    }

    private static string DescribeCandidate(ApiToken token, bool isCertain) => isCertain
        ? $"The token {token} has appeared since."
        : $"It probably created the token {token}, which dates from {token.CreatedAt:u}.";
}
