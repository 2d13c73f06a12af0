using System.Globalization;

namespace ApiTokens.Reports;

/// <summary>Compares two lists of tokens.</summary>
public static class TokenComparison
{
    private static readonly (string Name, Func<ReportToken, string?> Read)[] Properties =
    [
        (nameof(ReportToken.Name), token => token.Name),
        (nameof(ReportToken.Description), token => token.Description),
        (nameof(ReportToken.Status), token => token.Status?.ToString()),
        (nameof(ReportToken.Owner), token => token.Owner),
        (nameof(ReportToken.Permissions), token => token.Permissions),
        (nameof(ReportToken.ExpiresAt), token => Time(token.ExpiresAt)),
    ];

    private static readonly char[] PermissionSeparators = [' ', ','];

    /// <summary>Compares two lists. A token that is revoked in one list and absent in the other has not changed.</summary>
    /// <param name="reference">The earlier tokens.</param>
    /// <param name="difference">The later tokens.</param>
    /// <returns>The new tokens, the tokens that are gone, and the changes of others, sorted by service, account and name.</returns>
    public static IReadOnlyList<TokenChange> Compare(IEnumerable<ReportToken> reference, IEnumerable<ReportToken> difference)
    {
        Dictionary<TokenIdentity, ReportToken> before = ByIdentity(reference);
        Dictionary<TokenIdentity, ReportToken> after = ByIdentity(difference);
        IEnumerable<TokenChange> gone = before.Where(pair => !after.ContainsKey(pair.Key))
            .Select(pair => pair.Value).Where(Exists).Select(token => Change(token, TokenChangeKind.Gone));
        IEnumerable<TokenChange> others = after.SelectMany(pair =>
            before.TryGetValue(pair.Key, out ReportToken? old) ? Changes(old, pair.Value)
            : Exists(pair.Value) ? [Change(pair.Value, TokenChangeKind.New)]
            : []);
        return
        [
            .. gone.Concat(others)
                .OrderBy(change => change.Service, StringComparer.OrdinalIgnoreCase)
                .ThenBy(change => change.Account, StringComparer.OrdinalIgnoreCase)
                .ThenBy(change => change.ChangeKind)
                .ThenBy(change => change.Name, StringComparer.OrdinalIgnoreCase)
                .ThenBy(change => change.Id, StringComparer.Ordinal),
        ];
    }

    private static Dictionary<TokenIdentity, ReportToken> ByIdentity(IEnumerable<ReportToken> tokens) =>
        tokens.GroupBy(token => token.Identity).ToDictionary(same => same.Key, same => same.First());

    private static bool Exists(ReportToken token) => token.Status != TokenStatus.Revoked;

    private static IEnumerable<TokenChange> Changes(ReportToken old, ReportToken token)
    {
        foreach ((string name, Func<ReportToken, string?> read) in Properties)
        {
            string before = read(old) ?? string.Empty;
            string after = read(token) ?? string.Empty;
            bool isSame = name == nameof(ReportToken.Permissions) ? IsSamePermission(before, after) : before == after;
            if (!isSame)
            {
                yield return Change(token, TokenChangeKind.Changed) with { Property = name, OldValue = before, NewValue = after };
            }
        }
    }

    // A service may list permissions in any order.
    private static bool IsSamePermission(string before, string after) => before == after || Sorted(before).SequenceEqual(Sorted(after));

    private static IEnumerable<string> Sorted(string permissions) =>
        permissions.Split(PermissionSeparators, StringSplitOptions.RemoveEmptyEntries).OrderBy(part => part, StringComparer.Ordinal);

    private static TokenChange Change(ReportToken token, TokenChangeKind kind) => new()
    {
        ChangeKind = kind,
        Service = token.Service,
        Account = token.Account,
        BaseUri = token.BaseUri,
        Connection = token.Connection,
        Id = token.Id,
        Name = token.Name,
    };

    // Fractions of a second are lost in some formats.
    private static string Time(DateTimeOffset? time) =>
        time?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "never";
}
