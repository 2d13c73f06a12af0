using System.Text.Json;
using ApiTokens.Sandbox.Storage;
using Microsoft.Data.Sqlite;

namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>The tokens of the site's users, in the order of creation. Tokens are never deleted.</summary>
internal sealed class UserTokenStore(Database database) : TokenStore<UserToken>(
    database,
    "user_tokens",
    [
        new("number", "INTEGER PRIMARY KEY", null),
        new("id", "TEXT NOT NULL UNIQUE", token => token.Id),
        new("user_id", "TEXT NOT NULL", token => token.UserId),
        new("name", "TEXT", token => token.Name),
        new("access", "TEXT NOT NULL", token => Text(token.Access)),
        new("expiration_months", "INTEGER NOT NULL", token => token.ExpirationMonths),
        new("created", "INTEGER NOT NULL", token => token.Created),
        new("created_by", "TEXT NOT NULL", token => token.CreatedBy),
        new("expires", "INTEGER NOT NULL", token => token.Expires),
        new("regenerated", "INTEGER", token => token.Regenerated),
        new("revoked", "INTEGER", token => token.Revoked),
        new("last_used", "INTEGER", token => token.LastUsed),
        new("secret_hash", "BLOB", token => token.SecretHash),
    ],
    ("by_user", "user_id, number"))
{
    /// <summary>Returns one page and the number of all matching tokens, at the same point in time.</summary>
    public (List<UserToken> Items, long Total) Page(string? userId, TokenStatus? status, Paging paging, DateTimeOffset now) =>
        Database.Atomically(() => userId is null && status is null
            ? (PageOfAll(paging), Database.Number($"SELECT COALESCE(MAX(number), 0) FROM user_tokens"))
            : (PageOfSome(userId, status, paging, now), Count(userId, status, now)));

    /// <summary>Revokes the tokens of a user, except for one, and returns the ids of the tokens that were not yet revoked.</summary>
    public List<string> RevokeAll(string userId, string? except, DateTimeOffset now) => Database.Atomically(() =>
    {
        List<string> ids = Database.Query(
            $"SELECT id FROM user_tokens WHERE user_id = {userId} AND revoked IS NULL AND id IS NOT {except} ORDER BY number",
            row => row.GetString(0));
        Database.Execute($"UPDATE user_tokens SET revoked = {now} WHERE user_id = {userId} AND revoked IS NULL AND id IS NOT {except}");
        return ids;
    });

    public void SetLastUsed(string id, DateTimeOffset now) => Set(id, "last_used", now);

    /// <summary>Generates tokens: users in turn, expiries from three weeks ago to three months ahead.</summary>
    public void Generate(int count, IReadOnlyList<ApplicationUser> users, DateTimeOffset now) => Generate(
        count,
        "id, user_id, name, access, expiration_months, created, created_by, expires, revoked",
        $"""
        printf('at_%020d', n), json_extract({JsonArray.Of(users.Select(user => user.UserId))}, '$[' || (n % {users.Count}) || ']'),
            printf('token-%07d', n), {Text(new Dictionary<string, AccessLevel> { ["location"] = AccessLevel.Read })}, 3,
            {now} - 86400000 * (112 - n * 37 % 112), {ApplicationUsersSite.Administrator}, {now} + 86400000 * (n * 37 % 112 - 21),
            CASE WHEN n % 17 = 0 THEN {now} END
        """);

    protected override UserToken Read(SqliteDataReader row) => new()
    {
        Id = row.GetString(1),
        UserId = row.GetString(2),
        Name = row.TextOrNull(3),
        Access = JsonSerializer.Deserialize(row.GetString(4), ApplicationUsersJson.Wire.DictionaryStringAccessLevel)!,
        ExpirationMonths = row.GetInt32(5),
        Created = row.Time(6),
        CreatedBy = row.GetString(7),
        Expires = row.Time(8),
        Regenerated = row.TimeOrNull(9),
        Revoked = row.TimeOrNull(10),
        LastUsed = row.TimeOrNull(11),
        SecretHash = row.BytesOrNull(12),
    };

    // Tokens are never deleted, so the numbers have no gaps, and a page can be read by its first number without OFFSET.
    private List<UserToken> PageOfAll(Paging paging) => Database.Query(
        $"SELECT * FROM user_tokens WHERE number > {paging.Offset} ORDER BY number LIMIT {paging.Size}", Read);

    private List<UserToken> PageOfSome(string? userId, TokenStatus? status, Paging paging, DateTimeOffset now) => Database.Query(
        Statement(
            $"SELECT * FROM user_tokens WHERE {Where(userId, status)} ORDER BY number LIMIT {{2}} OFFSET {{3}}",
            userId, now, paging.Size, paging.Offset),
        Read);

    private long Count(string? userId, TokenStatus? status, DateTimeOffset now) => Database.Number(
        Statement($"SELECT COUNT(*) FROM user_tokens WHERE {Where(userId, status)}", userId, now));

    private static string Where(string? userId, TokenStatus? status)
    {
        string user = userId is null ? "TRUE" : "user_id = {0}";
        return status switch
        {
            TokenStatus.Active => $"{user} AND revoked IS NULL AND expires > {{1}}",
            TokenStatus.Expired => $"{user} AND revoked IS NULL AND expires <= {{1}}",
            TokenStatus.Revoked => $"{user} AND revoked IS NOT NULL",
            _ => user,
        };
    }

    private static string Text(IReadOnlyDictionary<string, AccessLevel> access) => JsonSerializer.Serialize(
        access.Where(entry => entry.Value != AccessLevel.None).ToDictionary(), ApplicationUsersJson.Wire.DictionaryStringAccessLevel);
}
