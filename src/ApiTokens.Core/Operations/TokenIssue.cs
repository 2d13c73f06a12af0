using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Issues a token so that none is left behind unnoticed: where the answer is lost, it looks for the token.</summary>
public static class TokenIssue
{
    // Between the service's clock and ours.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    // A request that timed out here may still be at work there.
    private static readonly TimeSpan[] Looks = [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    /// <summary>Issues and delivers a token as one operation of a run, taking up what an earlier run left.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="before">What was there before the run, if a token that was issued and whose secret was lost is to be removed: only what was not.</param>
    /// <param name="context">The operation.</param>
    /// <returns>Completes when the secret has arrived.</returns>
    /// <exception cref="OrphanedTokenException">A token exists whose secret nobody has.</exception>
    public static async Task RunAsync(TokenConnection connection, NewTokenRequest request, TokenSnapshot? before, OperationContext context)
    {
        if (context.ResumeState.Progress == JournalProgress.Delivered)
        {
            return;
        }

        await ThrowIfLeftBehindAsync(connection, request, removeOrphan: before is not null, context).ConfigureAwait(false);
        IssuedToken issued = await IssueAsync(connection, request, before, context.WasDelivered, context.CancellationToken).ConfigureAwait(false);
        await context.DeliverAsync(issued).ConfigureAwait(false);
    }

    /// <summary>Issues a token.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="before">What was there before the run, if a token that was issued and whose secret was lost is to be removed: only what was not.</param>
    /// <param name="cancellationToken">Lets no further request start.</param>
    /// <returns>The token and its secret.</returns>
    /// <exception cref="OrphanedTokenException">A token exists whose secret nobody has.</exception>
    public static Task<IssuedToken> IssueAsync(TokenConnection connection, NewTokenRequest request, TokenSnapshot? before, CancellationToken cancellationToken) =>
        IssueAsync(connection, request, before, _ => false, cancellationToken);

    private static async Task<IssuedToken> IssueAsync(
        TokenConnection connection, NewTokenRequest request, TokenSnapshot? before, Func<string, bool> wasDelivered, CancellationToken cancellationToken)
    {
        connection.Tokens.Validate(request);
        HashSet<string>? known = before is null ? null : await before.GetIdsAsync(connection, cancellationToken).ConfigureAwait(false);
        DateTimeOffset since = connection.Time.GetUtcNow() - ClockSkew;
        IssuedTokenRegistry registry = IssuedTokenRegistry.Of(connection);
        using IDisposable underWay = registry.Begin(request.Name, since);
        try
        {
            IssuedToken issued = await connection.Tokens.CreateAsync(request, cancellationToken).ConfigureAwait(false);
            registry.AddIssued(issued);
            return issued;
        }
        catch (OrphanedTokenException e)
        {
            throw await ReportAsync(connection, e.Token, e.Message, e, remove: before is not null, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiTokenException e) when (e.OutcomeUnknown)
        {
            throw await LookAsync(connection, request, since, id => wasDelivered(id) || known?.Contains(id) == true, known is not null, e, cancellationToken).ConfigureAwait(false);
        }
    }

    // A run that was killed while it issued may have left a token.
    internal static async Task ThrowIfLeftBehindAsync(TokenConnection connection, NewTokenRequest request, bool removeOrphan, OperationContext context)
    {
        ResumeState earlier = context.ResumeState;
        if (earlier.Progress is not (JournalProgress.Started or JournalProgress.Issued or JournalProgress.Refused))
        {
            return;
        }

        context.IsReconciling = true;
        if (earlier.IssuedId is { } issued && await ReadAsync(connection, issued, context.CancellationToken).ConfigureAwait(false) is { } left)
        {
            OrphanedTokenException report = await ReportAsync(
                connection, left, $"An earlier run issued the token {left} and ended before its secret was delivered.", inner: null, removeOrphan, context.CancellationToken).ConfigureAwait(false);
            context.IsReconciling = report.OutcomeUnknown;
            throw report;
        }

        // Also after one that is gone: the run that found it gone may have issued another.
        DateTimeOffset since = earlier.StartedAt!.Value - ClockSkew;
        IReadOnlyList<ApiToken> found = await FindAsync(connection, request, since, context.WasDelivered, context.CancellationToken).ConfigureAwait(false);
        if (found.Count > 0)
        {
            throw new OrphanedTokenException(
                found[0],
                $"An earlier run ended while it issued '{request.Name}'. Since then there is {Names(found)}, and nobody may have the secret.",
                inner: null);
        }

        context.Restart();
    }

    // Null if it is gone.
    internal static async Task<ApiToken?> ReadAsync(TokenConnection connection, string id, CancellationToken cancellationToken)
    {
        try
        {
            ApiToken token = await connection.Tokens.GetAsync(id, cancellationToken).ConfigureAwait(false);
            return token.Status == TokenStatus.Revoked ? null : token;
        }
        catch (ApiTokenException e) when (e.Kind == ErrorKind.ObjectNotFound)
        {
            return null;
        }
    }

    private static async Task<ApiTokenException> LookAsync(
        TokenConnection connection, NewTokenRequest request, DateTimeOffset since, Func<string, bool> wasThere, bool remove, ApiTokenException error, CancellationToken cancellationToken)
    {
        IssuedTokenRegistry registry = IssuedTokenRegistry.Of(connection);
        IReadOnlyList<ApiToken> found = [];
        bool shared = false;
        try
        {
            foreach (TimeSpan wait in Looks)
            {
                await connection.Time.Delay(wait, cancellationToken).ConfigureAwait(false);
                found = await FindAsync(connection, request, since, wasThere, cancellationToken).ConfigureAwait(false);

                // Another one of that name that was delivered while this was listed is known by now, or still under way.
                shared = registry.IsShared(request.Name);
                found = [.. found.Where(token => !registry.Contains(token.Id))];
                if (found.Count > 0)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is ApiTokenException or OperationCanceledException)
        {
            // The search failed too: what is known is what the first failure said.
            return error;
        }

        return found.Count switch
        {
            0 => new ApiTokenException(
                error.Kind, $"{error.Message} No token of that name has appeared since: it was not created.", error.RecommendedAction, error.ErrorId, error)
            {
                StatusCode = error.StatusCode,
                CorrelationId = error.CorrelationId,
            },
            1 when !shared => await ReportAsync(
                connection, found[0], $"{error.Message} {DescribeCandidate(found[0], known: remove)}", error, remove, cancellationToken).ConfigureAwait(false),
            _ => new OrphanedTokenException(found[0], $"{error.Message} Since then there is {Names(found)}; which of them it is cannot be told.", error),
        };
    }

    private static async Task<IReadOnlyList<ApiToken>> FindAsync(
        TokenConnection connection, NewTokenRequest request, DateTimeOffset since, Func<string, bool> wasThere, CancellationToken cancellationToken)
    {
        var filter = new TokenFilter
        {
            Names = request.Name.Length > 0 ? [NamePattern.Literal(request.Name)] : [],
            User = request.User,
        };
        IssuedTokenRegistry registry = IssuedTokenRegistry.Of(connection);
        var found = new List<ApiToken>();
        await foreach (ApiToken token in connection.Tokens.ListAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            bool ours = registry.Issuer is not { } issuer || issuer == token.Issuer;
            if (token.Name == request.Name && token.CreatedAt >= since && ours && !registry.Contains(token.Id) && !wasThere(token.Id))
            {
                found.Add(token);
            }
        }

        return found;
    }

    private static async Task<OrphanedTokenException> ReportAsync(
        TokenConnection connection, ApiToken token, string message, Exception? inner, bool remove, CancellationToken cancellationToken)
    {
        if (!remove)
        {
            return new OrphanedTokenException(token, message, inner);
        }

        try
        {
            await connection.Tokens.RemoveAsync(token.Id, cancellationToken).ConfigureAwait(false);
            return new OrphanedTokenException(token, $"{message} It was removed.", inner, removed: true);
        }
        catch (Exception e) when (e is ApiTokenException or OperationCanceledException)
        {
            return new OrphanedTokenException(token, $"{message} It could not be removed: {e.Message}", inner);
        }
    }

    private static string DescribeCandidate(ApiToken token, bool known) => known
        ? $"The token {token} has appeared since."
        : $"The token {token}, created at {token.CreatedAt:u}, is probably it.";

    private static string Names(IReadOnlyList<ApiToken> tokens) => string.Join(", ", tokens.Select(token => token.ToString()));
}
