using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Searches for a token that was issued but whose secret is lost.</summary>
internal sealed class OrphanSearch(TokenConnection connection, NewTokenRequest request, DateTimeOffset since, Func<string, bool> isKnown)
{
    /// <summary>The maximum time that the clock of the service may be behind the local clock.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    public TokenConnection Connection => connection;

    public NewTokenRequest Request => request;

    /// <summary>Lists the candidates: tokens with the same name that were created since by this issuer and are not known.</summary>
    public async Task<IReadOnlyList<ApiToken>> FindAsync(CancellationToken cancellationToken)
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
            bool isOurs = registry.Issuer is not { } issuer || issuer == token.Issuer;
            if (token.Name == request.Name && token.CreatedAt >= since && isOurs && !registry.Contains(token.Id) && !isKnown(token.Id))
            {
                found.Add(token);
            }
        }

        return found;
    }

    /// <summary>Creates the error about an orphaned token, and removes the token if requested.</summary>
    public static async Task<OrphanedTokenException> ReportAsync(
        TokenConnection connection, ApiToken token, string message, Exception? inner, bool remove, CancellationToken cancellationToken)
    {
        if (!remove)
        {
            return new OrphanedTokenException(token, message, inner);
        }

        try
        {
            await connection.Tokens.RemoveAsync(token.Id, cancellationToken).ConfigureAwait(false);
            return new OrphanedTokenException(token, $"{message} The token was removed.", inner, removed: true);
        }
        catch (Exception e) when (e is ApiTokenException or OperationCanceledException)
        {
            return new OrphanedTokenException(token, $"{message} The token could not be removed: {e.Message}", inner);
        }
    }

    public static string Names(IReadOnlyList<ApiToken> tokens) => string.Join(", ", tokens.Select(token => token.ToString()));
}
