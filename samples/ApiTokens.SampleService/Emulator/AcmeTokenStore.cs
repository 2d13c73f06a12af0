using ApiTokens.Sandbox.Storage;
using Microsoft.Data.Sqlite;

namespace ApiTokens.SampleService.Emulator;

/// <summary>A token as it is stored: its scopes separated by spaces, and the hash of its secret, which seeded tokens do not have.</summary>
internal sealed record AcmeToken(
    long? Id, string Name, string Scopes, bool Enabled, DateTimeOffset Created, DateTimeOffset? Expires = null, byte[]? SecretHash = null);

/// <summary>The tokens of the one account.</summary>
internal sealed class AcmeTokenStore(Database database)
{
    public void CreateSchema() => database.Run("""
        CREATE TABLE IF NOT EXISTS acme_tokens (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, scopes TEXT NOT NULL,
            enabled INTEGER NOT NULL, created INTEGER NOT NULL, expires INTEGER, secret_hash BLOB UNIQUE);
        """);

    public List<AcmeToken> All() => database.Query($"SELECT * FROM acme_tokens ORDER BY id", Read);

    public AcmeToken? Find(long id) => database.First($"SELECT * FROM acme_tokens WHERE id = {id}", Read);

    public AcmeToken? FindBySecret(string secret) =>
        database.First($"SELECT * FROM acme_tokens WHERE secret_hash = {Secrets.Hash(secret)}", Read);

    /// <summary>Writes a token under its own id, or a new one under the next free id.</summary>
    public AcmeToken Put(AcmeToken token) => token with
    {
        Id = database.Number($"""
            INSERT OR REPLACE INTO acme_tokens
            VALUES ({token.Id}, {token.Name}, {token.Scopes}, {token.Enabled}, {token.Created}, {token.Expires}, {token.SecretHash})
            RETURNING id
            """),
    };

    public bool Remove(long id) => database.Execute($"DELETE FROM acme_tokens WHERE id = {id}") > 0;

    // The columns stand in the order of the schema.
    private static AcmeToken Read(SqliteDataReader row) =>
        new(row.GetInt64(0), row.GetString(1), row.GetString(2), row.Flag(3), row.Time(4), row.TimeOrNull(5), row.BytesOrNull(6));
}
