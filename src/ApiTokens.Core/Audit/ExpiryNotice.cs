using ApiTokens.Services;

namespace ApiTokens.Audit;

/// <summary>
/// Tokens of an account that end within 7 days, as the services' own pages mark them (contracts/gcore.md, 1.11). One
/// request, and of a long list only the beginning: connecting to an account of a hundred thousand tokens stays cheap.
/// </summary>
public sealed class ExpiryNotice
{
    /// <summary>How long before its end a token is counted.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromDays(7);

    private const int MostRead = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private ExpiryNotice(IReadOnlyList<ApiToken> ending, TokenPreview glimpse)
    {
        Count = ending.Count;
        First = ending.Count > 0 ? ending[0] : null;
        Read = glimpse.Tokens.Count;
        IsComplete = glimpse.IsComplete;
    }

    /// <summary>How many there are among those read.</summary>
    public int Count { get; }

    /// <summary>The one that ends first; null where none ends soon.</summary>
    public ApiToken? First { get; }

    /// <summary>How many tokens were read.</summary>
    public int Read { get; }

    /// <summary>Whether those were all.</summary>
    public bool IsComplete { get; }

    /// <summary>Looks for such tokens.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ApiTokenException">The tokens could not be listed, or not in ten seconds.</exception>
    public static async Task<ExpiryNotice> LookAsync(TokenConnection connection, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = connection.Time.CreateCancellationTokenSource(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        TokenPreview glimpse;
        try
        {
            glimpse = await connection.Tokens.ListFirstAsync(MostRead, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApiTokenException(ErrorKind.OperationTimeout, $"{connection.Service} did not list the tokens in {Patience.TotalSeconds:0} seconds.");
        }

        DateTimeOffset now = connection.Time.GetUtcNow();
        ApiToken[] ending =
        [
            .. glimpse.Tokens
                .Where(token => token.Status == TokenStatus.Active && token.ExpiresAt > now && token.ExpiresAt <= now + Notice)
                .OrderBy(token => token.ExpiresAt),
        ];
        return new ExpiryNotice(ending, glimpse);
    }
}
