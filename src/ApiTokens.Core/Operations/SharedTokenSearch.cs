using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// Searches for tokens by name. Searches that wait at the same time share one list of the account, which starts after all of them.
/// </summary>
internal sealed class SharedTokenSearch
{
    private readonly object _lock = new();
    private readonly Dictionary<TokenConnection, Account> _accounts = [];

    /// <summary>Returns the tokens with a name, from a list that starts after this call.</summary>
    public async Task<IReadOnlyList<ApiToken>> FindAsync(TokenConnection connection, string name, CancellationToken cancellationToken)
    {
        Task<ILookup<string, ApiToken>> found;
        lock (_lock)
        {
            if (!_accounts.TryGetValue(connection, out Account? account))
            {
                _accounts[connection] = account = new Account(connection);
            }

            account.NextNames.Add(name);
            if (account.Next is null)
            {
                account.Running = account.Next = ListAfterAsync(account, account.Running, cancellationToken);
            }

            found = account.Next;
        }

        return [.. (await found.ConfigureAwait(false))[name]];
    }

    private async Task<ILookup<string, ApiToken>> ListAfterAsync(Account account, Task previous, CancellationToken cancellationToken)
    {
        // The failure of the previous list was reported to its own searches. The caller holds the lock.
        await Task.Yield();
        await Task.WhenAny(previous).ConfigureAwait(false);
        string[] names;
        lock (_lock)
        {
            names = [.. account.NextNames];
            account.NextNames.Clear();
            account.Next = null;
        }

        var filter = new TokenFilter
        {
            Names = names.Contains(string.Empty) ? [] : [.. names.Select(NamePattern.Literal)],
        };
        var tokens = new List<ApiToken>();
        await foreach (ApiToken token in account.Connection.Tokens.ListAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            tokens.Add(token);
        }

        return tokens.ToLookup(token => token.Name, StringComparer.Ordinal);
    }

    private sealed class Account(TokenConnection connection)
    {
        public TokenConnection Connection { get; } = connection;

        /// <summary>The list in progress, and the list that starts after it.</summary>
        public Task Running { get; set; } = Task.CompletedTask;

        /// <summary>The list that has not started yet; null if there is none.</summary>
        public Task<ILookup<string, ApiToken>>? Next { get; set; }

        /// <summary>The names that the next list searches for.</summary>
        public HashSet<string> NextNames { get; } = new(StringComparer.Ordinal);
    }
}
