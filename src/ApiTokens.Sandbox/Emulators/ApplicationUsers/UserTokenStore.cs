using System.Runtime.CompilerServices;
using System.Text.Json;
using ApiTokens.Sandbox.Storage;
using Microsoft.Data.Sqlite;

namespace ApiTokens.Sandbox.Emulators.ApplicationUsers;

/// <summary>The tokens of the one site's users, in order of creation. Nothing is ever deleted.</summary>
internal sealed class UserTokenStore(Database database)
{
    public void CreateSchema() => database.Run("""
        CREATE TABLE IF NOT EXISTS user_tokens (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            user_id TEXT NOT NULL,
            name TEXT,
            access TEXT NOT NULL,
            expiration_months INTEGER NOT NULL,
            created INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            expires INTEGER NOT NULL,
            regenerated INTEGER,
            revoked INTEGER,
            last_used INTEGER,
            secret_hash BLOB
        );
        CREATE INDEX IF NOT EXISTS user_tokens_by_user ON user_tokens (user_id, number);
        CREATE UNIQUE INDEX IF NOT EXISTS user_tokens_by_secret ON user_tokens (secret_hash) WHERE secret_hash IS NOT NULL;
        """);

    /// <summary>One page and the number of all tokens that fit, as of one moment.</summary>
    public (List<UserToken> Items, long Total) Page(string? userId, TokenStatus? status, Paging paging, DateTimeOffset now) => database.Atomically(() =>
        userId is null && status is null
            ? (PageOfAll(paging), database.Number($"SELECT COALESCE(MAX(number), 0) FROM user_tokens"))
            : (PageOfSome(userId, status, paging, now), Count(userId, status, now)));

    public UserToken? Find(string id) => database.First($"SELECT * FROM user_tokens WHERE id = {id}", Read);

    public UserToken? FindBySecret(string secret)
    {
        byte[] hash = Secrets.Hash(secret);
        UserToken? token = database.First($"SELECT * FROM user_tokens WHERE secret_hash = {hash}", Read);
        return token is not null && Secrets.Same(token.SecretHash, hash) ? token : null;
    }

    public void Add(UserToken token) => database.Execute($"""
        INSERT INTO user_tokens (id, user_id, name, access, expiration_months, created, created_by, expires, regenerated, revoked, last_used, secret_hash)
        VALUES ({token.Id}, {token.UserId}, {token.Name}, {Text(token.Access)}, {token.ExpirationMonths}, {token.Created}, {token.CreatedBy},
            {token.Expires}, {token.Regenerated}, {token.Revoked}, {token.LastUsed}, {token.SecretHash})
        """);

    /// <summary>Reads, changes and writes a token as one transaction. What <paramref name="change"/> throws leaves it as it was.</summary>
    public UserToken? Change(string id, Func<UserToken, UserToken> change) => database.Atomically(() =>
    {
        if (Find(id) is not { } token)
        {
            return null;
        }

        UserToken changed = change(token);
        database.Execute($"""
            UPDATE user_tokens SET name = {changed.Name}, access = {Text(changed.Access)}, expiration_months = {changed.ExpirationMonths},
                expires = {changed.Expires}, regenerated = {changed.Regenerated}, revoked = {changed.Revoked}, secret_hash = {changed.SecretHash}
            WHERE id = {id}
            """);
        return changed;
    });

    /// <summary>Revokes the tokens of a user, except one, and returns the ids of those that were not revoked before.</summary>
    public List<string> RevokeAll(string userId, string? except, DateTimeOffset now) => database.Atomically(() =>
    {
        List<string> ids = database.Query(
            $"SELECT id FROM user_tokens WHERE user_id = {userId} AND revoked IS NULL AND id IS NOT {except} ORDER BY number",
            row => row.GetString(0));
        database.Execute($"UPDATE user_tokens SET revoked = {now} WHERE user_id = {userId} AND revoked IS NULL AND id IS NOT {except}");
        return ids;
    });

    public void SetLastUsed(string id, DateTimeOffset now) => database.Execute($"UPDATE user_tokens SET last_used = {now} WHERE id = {id}");

    /// <summary>Generates tokens inside SQLite: users in turn, expiries from three weeks ago to three months ahead.</summary>
    public void Generate(int count, IReadOnlyList<ApplicationUser> users, DateTimeOffset now) => database.Execute($"""
        WITH RECURSIVE numbers(n) AS (SELECT 1 WHERE {count} > 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
        INSERT INTO user_tokens (id, user_id, name, access, expiration_months, created, created_by, expires, revoked)
        SELECT printf('at_%020d', n), json_extract({JsonArray.Of(users.Select(user => user.UserId))}, '$[' || (n % {users.Count}) || ']'),
            printf('token-%07d', n), {Text(new Dictionary<string, AccessLevel> { ["location"] = AccessLevel.Read })}, 3,
            {now} - 86400000 * (112 - n * 37 % 112), {ApplicationUsersSite.Administrator}, {now} + 86400000 * (n * 37 % 112 - 21),
            CASE WHEN n % 17 = 0 THEN {now} END
        FROM numbers
        """);

    // As nothing is ever deleted, the numbers have no gaps, and a page begins where its first number is: no OFFSET walks there.
    private List<UserToken> PageOfAll(Paging paging) => database.Query(
        $"SELECT * FROM user_tokens WHERE number > {paging.Offset} ORDER BY number LIMIT {paging.Size}", Read);

    private List<UserToken> PageOfSome(string? userId, TokenStatus? status, Paging paging, DateTimeOffset now) => database.Query(
        FormattableStringFactory.Create(
            $"SELECT * FROM user_tokens WHERE {Where(userId, status)} ORDER BY number LIMIT {{2}} OFFSET {{3}}", userId, now, paging.Size, paging.Offset),
        Read);

    private long Count(string? userId, TokenStatus? status, DateTimeOffset now) => database.Number(
        FormattableStringFactory.Create($"SELECT COUNT(*) FROM user_tokens WHERE {Where(userId, status)}", userId, now));

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

    // The columns stand in the order of the schema.
    private static UserToken Read(SqliteDataReader row) => new()
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
}
