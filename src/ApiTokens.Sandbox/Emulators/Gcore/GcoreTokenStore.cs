using ApiTokens.Sandbox.Storage;
using Microsoft.Data.Sqlite;

namespace ApiTokens.Sandbox.Emulators.Gcore;

/// <summary>The tokens of the one Gcore account.</summary>
internal sealed class GcoreTokenStore(Database database)
{
    private const int ChunkSize = 500;

    // Not exact, but never too low: it counts tokens that have expired since. So the table has to be counted only when this says it is full.
    private long _atMostLive;

    public void CreateSchema()
    {
        database.Run("""
            CREATE TABLE IF NOT EXISTS gcore_tokens (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                name TEXT NOT NULL,
                description TEXT,
                role_id INTEGER NOT NULL,
                issuer_id INTEGER NOT NULL,
                created INTEGER NOT NULL,
                expires INTEGER,
                last_usage INTEGER,
                removed INTEGER NOT NULL,
                secret_hash BLOB
            );
            CREATE INDEX IF NOT EXISTS gcore_tokens_by_issuer ON gcore_tokens (issuer_id, id);
            CREATE UNIQUE INDEX IF NOT EXISTS gcore_tokens_by_secret ON gcore_tokens (secret_hash) WHERE secret_hash IS NOT NULL;
            """);
        _atMostLive = database.Number($"SELECT COUNT(*) FROM gcore_tokens WHERE NOT removed");
    }

    /// <summary>All tokens, or those of one issuer, by id; read in chunks so that no long list is held in memory and no reader blocks the others.</summary>
    public IEnumerable<GcoreToken> All(int? issuer)
    {
        long last = 0;
        while (true)
        {
            List<GcoreToken> chunk = issuer is null
                ? database.Query($"SELECT * FROM gcore_tokens WHERE id > {last} ORDER BY id LIMIT {ChunkSize}", Read)
                : database.Query($"SELECT * FROM gcore_tokens WHERE issuer_id = {issuer} AND id > {last} ORDER BY id LIMIT {ChunkSize}", Read);
            foreach (GcoreToken token in chunk)
            {
                yield return token;
            }

            if (chunk.Count < ChunkSize)
            {
                yield break;
            }

            last = chunk[^1].Id;
        }
    }

    public GcoreToken? Find(long id) => database.First($"SELECT * FROM gcore_tokens WHERE id = {id}", Read);

    public GcoreToken? FindBySecret(string secret)
    {
        byte[] hash = Secrets.Hash(secret);
        GcoreToken? token = database.First($"SELECT * FROM gcore_tokens WHERE secret_hash = {hash}", Read);
        return token is not null && Secrets.Same(token.SecretHash, hash) ? token : null;
    }

    /// <summary>
    /// Adds a token, unless the account holds as many live ones as it may: then the answer is null. The secret depends on the
    /// id, so it is made here.
    /// </summary>
    public (GcoreToken Token, string Secret)? Add(GcoreToken token, int limit, Func<long, string> newSecret) =>
        database.Atomically<(GcoreToken, string)?>(() =>
        {
            if (_atMostLive >= limit && CountLive(token.Created) >= limit)
            {
                return null;
            }

            GcoreToken added = Insert(token);
            string secret = newSecret(added.Id);
            database.Execute($"UPDATE gcore_tokens SET secret_hash = {Secrets.Hash(secret)} WHERE id = {added.Id}");
            return (added, secret);
        });

    public GcoreToken Insert(GcoreToken token)
    {
        _atMostLive++;
        return token with
        {
            Id = database.Number($"""
                INSERT INTO gcore_tokens (name, description, role_id, issuer_id, created, expires, last_usage, removed, secret_hash)
                VALUES ({token.Name}, {token.Description}, {token.Role.Id}, {token.Issuer.Id}, {token.Created}, {token.Expires},
                    {token.LastUsage}, {token.Removed}, {token.SecretHash})
                RETURNING id
                """),
        };
    }

    /// <summary>Writes a token under its own id, whether that exists or not.</summary>
    public void Put(GcoreToken token)
    {
        _atMostLive++;
        database.Execute($"""
            INSERT OR REPLACE INTO gcore_tokens VALUES ({token.Id}, {token.Name}, {token.Description}, {token.Role.Id}, {token.Issuer.Id},
                {token.Created}, {token.Expires}, {token.LastUsage}, {token.Removed}, {token.SecretHash})
            """);
    }

    public void SetLastUsage(long id, DateTimeOffset now) => database.Execute($"UPDATE gcore_tokens SET last_usage = {now} WHERE id = {id}");

    /// <summary>Marks a token as deleted; false when it was before.</summary>
    public bool Remove(long id) => database.Atomically(() =>
    {
        bool removed = database.Execute($"UPDATE gcore_tokens SET removed = 1 WHERE id = {id} AND NOT removed") > 0;
        _atMostLive -= removed ? 1 : 0;
        return removed;
    });

    /// <summary>Generates tokens inside SQLite: issuers in turn, one in ten without expiry, the others from three weeks ago to a year ahead.</summary>
    public void Generate(int count, IReadOnlyList<GcoreUser> issuers, DateTimeOffset now)
    {
        database.Execute($"""
            WITH RECURSIVE numbers(n) AS (SELECT 1 WHERE {count} > 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
            INSERT INTO gcore_tokens (name, role_id, issuer_id, created, expires, removed)
            SELECT printf('token-%07d', n), {GcoreRole.Users.Id}, {issuers[0].Id} + n % {issuers.Count}, {now.AddDays(-30)},
                CASE WHEN n % 10 = 0 THEN NULL ELSE {now} + 86400000 * (n * 37 % 386 - 21) END, n % 50 = 0
            FROM numbers
            """);
        _atMostLive += count;
    }

    private long CountLive(DateTimeOffset now)
    {
        _atMostLive = database.Number($"SELECT COUNT(*) FROM gcore_tokens WHERE NOT removed AND (expires IS NULL OR expires > {now})");
        return _atMostLive;
    }

    // The columns stand in the order of the schema.
    private static GcoreToken Read(SqliteDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Name = row.GetString(1),
        Description = row.TextOrNull(2),
        Role = GcoreRole.OfId(row.GetInt32(3)),
        Issuer = GcoreAccount.User(row.GetInt32(4)),
        Created = row.Time(5),
        Expires = row.TimeOrNull(6),
        LastUsage = row.TimeOrNull(7),
        Removed = row.Flag(8),
        SecretHash = row.BytesOrNull(9),
    };
}
