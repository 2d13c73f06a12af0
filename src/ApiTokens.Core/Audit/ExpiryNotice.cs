using ApiTokens.Services;

namespace ApiTokens.Audit;

/// <summary>
/// The tokens of an account that expire within 7 days; the services' own pages mark the same tokens (contracts/gcore.md, 1.11). It
/// sends one request and reads only the beginning of a long list, so that connecting to a large account stays cheap.
/// </summary>
public sealed class ExpiryNotice
{
    /// <summary>The time before expiry from which a token is counted.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromDays(7);

    private const int MaxTokens = 1000;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private ExpiryNotice(IReadOnlyList<ApiToken> expiring, TokenPreview preview)
    {
        Count = expiring.Count;
        First = expiring.Count > 0 ? expiring[0] : null;
        Read = preview.Tokens.Count;
        IsComplete = preview.IsComplete;
    }

    /// <summary>The number of tokens that expire soon, among the tokens that were read.</summary>
    public int Count { get; }

    /// <summary>The token that expires first; null if no token expires soon.</summary>
    public ApiToken? First { get; }

    /// <summary>The number of tokens that were read.</summary>
    public int Read { get; }

    /// <summary>Whether all tokens of the account were read.</summary>
    public bool IsComplete { get; }

    /// <summary>Reads the tokens that expire soon.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The notice.</returns>
    /// <exception cref="ApiTokenException">The tokens could not be listed within ten seconds.</exception>
    public static async Task<ExpiryNotice> ReadAsync(TokenConnection connection, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = connection.Time.CreateCancellationTokenSource(Timeout);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        TokenPreview preview;
        try
        {
            preview = await connection.Tokens.ListFirstAsync(MaxTokens, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApiTokenException(
                ErrorKind.OperationTimeout,
                FormattableString.Invariant(
                    $"{connection.Service} did not list the tokens within {Timeout.TotalSeconds:0} seconds."));
        }

        DateTimeOffset now = connection.Time.GetUtcNow();
        ApiToken[] expiring =
        [
            .. preview.Tokens
                .Where(token => token.Status == TokenStatus.Active && token.ExpiresAt > now && token.ExpiresAt <= now + Notice)
                .OrderBy(token => token.ExpiresAt),
        ];
        return new ExpiryNotice(expiring, preview);
    }
}
