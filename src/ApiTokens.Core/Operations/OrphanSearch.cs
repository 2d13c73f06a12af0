using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Searches for a token that was issued but whose secret is lost.</summary>
/// <param name="scope">The run.</param>
/// <param name="connection">The connection.</param>
/// <param name="request">The request whose response was lost.</param>
/// <param name="startedAt">The time of the local clock when the request was sent, or earlier.</param>
/// <param name="before">The tokens that existed before the run; null if they were not listed.</param>
/// <param name="wasDelivered">Determines whether an earlier run delivered a token.</param>
internal sealed class OrphanSearch(
    OperationScope scope,
    TokenConnection connection,
    NewTokenRequest request,
    DateTimeOffset startedAt,
    HashSet<TokenIdentity>? before,
    Func<string, bool> wasDelivered)
{
    private readonly IssuedTokenRegistry _registry = scope.Issued.Of(connection);
    private readonly TokenFilter _userFilter = new() { Users = request.User is { } user ? [NamePattern.Literal(user)] : [] };

    public TokenConnection Connection => connection;

    // The clock of the service is known at the latest when the list has been read.
    private DateTimeOffset Since => connection.ServiceClock.ToEarliest(startedAt);

    public NewTokenRequest Request => request;

    /// <summary>
    /// Whether the search is for the token of an earlier run. That may be one that was delivered although no journal shows it.
    /// </summary>
    public bool IsForEarlierRun { get; init; }

    /// <summary>The token that the request may have created. Only its name is known.</summary>
    public ApiToken UnknownToken => connection.CreateReference(id: string.Empty, request.Name);

    /// <summary>
    /// Lists the candidates: tokens with the same name that nobody is known to use, and that did not exist before. Without a list of
    /// the tokens that existed before, these are tokens that were created since, and tokens without a creation date.
    /// </summary>
    public async Task<IReadOnlyList<ApiToken>> FindAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ApiToken> found = await scope.Search.FindAsync(connection, request.Name, cancellationToken).ConfigureAwait(false);
        return [.. found.Where(IsCandidate)];
    }

    /// <summary>
    /// Determines whether a candidate is certainly the token of the lost response: it did not exist before, it is not older than the
    /// request, and it was issued with the credential of the connection.
    /// </summary>
    public async Task<bool> IsCertainAsync(ApiToken token, CancellationToken cancellationToken)
    {
        if (before is null || token.CreatedAt < Since)
        {
            return false;
        }

        return _registry.Issuer is { } issuer
            ? issuer == token.Issuer
            : await connection.Tokens.IsIssuedByCallerAsync(token, cancellationToken).ConfigureAwait(false) == true;
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

    /// <summary>Determines whether a new token with the name may be the one of another request of the run.</summary>
    public bool IsShared() => scope.Issued.IsShared(connection.AccountIdentity, request.Name);

    /// <summary>Determines whether a connection of the run has issued a token with its secret.</summary>
    public bool IsIssued(string id) => scope.Issued.Contains(connection.GetIdentity(id));

    /// <summary>Records that the token was not identified, so that no other search takes it for its own.</summary>
    public void AddUnsettled() => scope.Issued.AddUnsettled(connection.AccountIdentity, request.Name);

    /// <summary>Records that a token was reported, so that no other search finds it.</summary>
    public void AddReported(ApiToken token) => _registry.Add(token, connection.Time.GetUtcNow());

    private bool IsKnown(string id) =>
        IsIssued(id) && !(IsForEarlierRun && scope.Issued.IsUnrecorded(connection.GetIdentity(id)));

    private bool IsCandidate(ApiToken token)
    {
        bool isNew = before is not null
            ? !before.Contains(connection.GetIdentity(token.Id))
            : token.CreatedAt is null || token.CreatedAt >= Since;
        bool isOurs = _registry.Issuer is not { } issuer || token.Issuer is null || issuer == token.Issuer;
        return isNew && isOurs && _userFilter.IsMatch(token) && !IsKnown(token.Id) && !wasDelivered(token.Id);
    }
}
