using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Issues a token. If the response is lost, it searches for the token.</summary>
internal static class TokenIssuer
{
    // The service may still be processing a request that timed out at the client.
    private static readonly TimeSpan[] SearchDelays = [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    /// <summary>Issues a token.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="request">The validated request.</param>
    /// <param name="before">The tokens that existed before the run, which are not orphans; null to keep an orphan.</param>
    /// <param name="wasDelivered">Determines whether an earlier run delivered a token.</param>
    /// <param name="cancellationToken">Prevents further requests.</param>
    /// <returns>The token and its secret.</returns>
    /// <exception cref="OrphanedTokenException">A token exists, or may exist, but its secret is lost.</exception>
    public static async Task<IssuedToken> IssueAsync(
        TokenConnection connection,
        NewTokenRequest request,
        TokenSnapshot? before,
        Func<string, bool> wasDelivered,
        CancellationToken cancellationToken)
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
            throw await OrphanSearch.ReportAsync(
                connection, e.Token, e.Message, e, remove: before is not null, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiTokenException e) when (e.OutcomeUnknown)
        {
            var search = new OrphanSearch(connection, request, since, id => wasDelivered(id) || known?.Contains(id) == true);
            throw await FindLostTokenAsync(search, remove: known is not null, e, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<ApiTokenException> FindLostTokenAsync(
        OrphanSearch search, bool remove, ApiTokenException error, CancellationToken cancellationToken)
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

                // Another token with this name that was issued while the list was read is registered by now, or is still pending.
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
            // The search also failed. Report the original error.
            return error;
        }

        return found.Count switch
        {
            0 => new ApiTokenException(
                error.Kind, $"{error.Message} No new token with this name exists. It was not created.", error.Advice, error.ErrorId, error)
            {
                StatusCode = error.StatusCode,
                CorrelationId = error.CorrelationId,
            },
            1 when !shared => await OrphanSearch.ReportAsync(
                connection, found[0], $"{error.Message} {DescribeCandidate(found[0], isCertain: remove)}", error, remove,
                cancellationToken).ConfigureAwait(false),
            _ => new OrphanedTokenException(
                found[0], $"{error.Message} New tokens with this name exist: {OrphanSearch.Names(found)}. One of them may be this token.",
                error),
        };
    }

    private static string DescribeCandidate(ApiToken token, bool isCertain) => isCertain
        ? $"The token {token} was created."
        : $"The token {token}, created at {token.CreatedAt:u}, is probably this token.";
}
