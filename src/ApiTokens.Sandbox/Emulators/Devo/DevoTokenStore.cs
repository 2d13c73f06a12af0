using ApiTokens.Sandbox.Storage;
using Microsoft.Data.Sqlite;

namespace ApiTokens.Sandbox.Emulators.Devo;

/// <summary>The tokens of the one Devo domain.</summary>
internal sealed class DevoTokenStore(Database database)
{
    private const int ChunkSize = 500;

    public void CreateSchema() => database.Run("""
        CREATE TABLE IF NOT EXISTS devo_tokens (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            owner TEXT NOT NULL,
            user TEXT NOT NULL,
            audience TEXT NOT NULL,
            scope TEXT NOT NULL,
            active INTEGER NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            secret_hash BLOB,
            secret_tail TEXT NOT NULL
        );
        CREATE UNIQUE INDEX IF NOT EXISTS devo_tokens_by_secret ON devo_tokens (secret_hash) WHERE secret_hash IS NOT NULL;
        """);

    /// <summary>All tokens by id, read in chunks so that no long list is held in memory and no reader blocks the others.</summary>
    public IEnumerable<DevoToken> All()
    {
        long last = 0;
        while (true)
        {
            List<DevoToken> chunk = database.Query($"SELECT * FROM devo_tokens WHERE id > {last} ORDER BY id LIMIT {ChunkSize}", Read);
            foreach (DevoToken token in chunk)
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

    public DevoToken? Find(long id) => database.First($"SELECT * FROM devo_tokens WHERE id = {id}", Read);

    public DevoToken? FindBySecret(string secret)
    {
        byte[] hash = Secrets.Hash(secret);
        DevoToken? token = database.First($"SELECT * FROM devo_tokens WHERE secret_hash = {hash}", Read);
        return token is not null && Secrets.Same(token.SecretHash, hash) ? token : null;
    }

    public DevoToken Add(DevoToken token) => token with
    {
        Id = database.Number($"""
            INSERT INTO devo_tokens (name, owner, user, audience, scope, active, created, updated, expires, secret_hash, secret_tail)
            VALUES ({token.Name}, {token.Owner}, {token.User}, {token.Audience}, {token.Scope}, {token.Active},
                {token.Created}, {token.Updated}, {token.Expires}, {token.SecretHash}, {token.SecretTail})
            RETURNING id
            """),
    };

    /// <summary>Writes a token under its own id, whether that exists or not.</summary>
    public void Put(DevoToken token) => database.Execute($"""
        INSERT OR REPLACE INTO devo_tokens (id, name, owner, user, audience, scope, active, created, updated, expires, secret_hash, secret_tail)
        VALUES ({token.Id}, {token.Name}, {token.Owner}, {token.User}, {token.Audience}, {token.Scope}, {token.Active},
            {token.Created}, {token.Updated}, {token.Expires}, {token.SecretHash}, {token.SecretTail})
        """);

    public void SetActive(long id, bool active, DateTimeOffset now) =>
        database.Execute($"UPDATE devo_tokens SET active = {active}, updated = {now} WHERE id = {id}");

    public void Rename(long id, string name, DateTimeOffset now) =>
        database.Execute($"UPDATE devo_tokens SET name = {name}, updated = {now} WHERE id = {id}");

    public bool Remove(long id) => database.Execute($"DELETE FROM devo_tokens WHERE id = {id}") > 0;

    /// <summary>Generates tokens inside SQLite: users in turn, expiries from three weeks ago to a year ahead.</summary>
    public void Generate(int count, IReadOnlyList<string> users, DateTimeOffset now) => database.Execute($"""
        WITH RECURSIVE numbers(n) AS (SELECT 1 WHERE {count} > 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
        INSERT INTO devo_tokens (name, owner, user, audience, scope, active, created, updated, expires, secret_tail)
        SELECT printf('token-%07d', n), {DevoRules.Administrator}, json_extract({JsonArray.Of(users)}, '$[' || (n % {users.Count}) || ']'),
            'apiv2', {DevoRules.AllTables}, n % 17 != 0, {now.AddDays(-30)}, {now.AddDays(-30)},
            {now} + 86400000 * (n * 37 % 386 - 21), printf('%05x', n % 1048576)
        FROM numbers
        """);

    // The columns stand in the order of the schema.
    private static DevoToken Read(SqliteDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Name = row.GetString(1),
        Owner = row.GetString(2),
        User = row.GetString(3),
        Audience = row.GetString(4),
        Scope = row.GetString(5),
        Active = row.Flag(6),
        Created = row.Time(7),
        Updated = row.Time(8),
        Expires = row.Time(9),
        SecretHash = row.BytesOrNull(10),
        SecretTail = row.GetString(11),
    };
}
