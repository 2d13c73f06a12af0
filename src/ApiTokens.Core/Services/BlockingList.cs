namespace ApiTokens.Services;

/// <summary>Reads asynchronous lists from code that cannot await, such as a cmdlet.</summary>
public static class BlockingList
{
    /// <summary>Lists tokens and blocks the calling thread until each one arrives.</summary>
    /// <param name="tokens">The service to list from.</param>
    /// <param name="filter">Which tokens to list.</param>
    /// <param name="cancellationToken">Cancels the list.</param>
    /// <returns>The tokens, streamed page by page.</returns>
    /// <exception cref="ApiTokenException">The service rejected the request or could not be reached.</exception>
    /// <exception cref="OperationCanceledException">The list was cancelled.</exception>
    public static IEnumerable<ApiToken> List(this ITokenService tokens, TokenFilter filter, CancellationToken cancellationToken) =>
        Block(tokens.ListAsync(filter, cancellationToken), cancellationToken);

    /// <summary>Lists users and blocks the calling thread until each one arrives.</summary>
    /// <param name="tokens">The service to list from.</param>
    /// <param name="cancellationToken">Cancels the list.</param>
    /// <returns>The users, streamed page by page.</returns>
    /// <exception cref="ApiTokenException">The service has no such list, rejected the request, or could not be reached.</exception>
    /// <exception cref="OperationCanceledException">The list was cancelled.</exception>
    public static IEnumerable<TokenUser> ListUsers(this ITokenService tokens, CancellationToken cancellationToken) =>
        Block(tokens.ListUsersAsync(cancellationToken), cancellationToken);

    internal static IEnumerable<T> Block<T>(IAsyncEnumerable<T> source, CancellationToken cancellationToken)
    {
        IAsyncEnumerator<T> items = source.GetAsyncEnumerator(cancellationToken);
        try
        {
            while (true)
            {
                ValueTask<bool> next = items.MoveNextAsync();
                if (!(next.IsCompletedSuccessfully ? next.Result : next.AsTask().GetAwaiter().GetResult()))
                {
                    yield break;
                }

                yield return items.Current;
            }
        }
        finally
        {
            items.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
