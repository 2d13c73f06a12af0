using ApiTokens.Sandbox.Storage;
using Microsoft.Data.Sqlite;

namespace ApiTokens.SampleService.Emulator;

/// <summary>A token as it is stored. Its scopes are separated by spaces; a new token has the id 0.</summary>
internal sealed record AcmeToken(
    long Id, string Name, string Scopes, bool Enabled, DateTimeOffset Created, DateTimeOffset? Expires = null, byte[]? SecretHash = null)
    : IStoredToken;

/// <summary>The tokens of the one account.</summary>
internal sealed class AcmeTokenStore(Database database) : TokenStore<AcmeToken>(
    database,
    "acme_tokens",
    [
        new("id", "INTEGER PRIMARY KEY AUTOINCREMENT", token => token.Id == 0 ? null : token.Id),
        new("name", "TEXT NOT NULL", token => token.Name),
        new("scopes", "TEXT NOT NULL", token => token.Scopes),
        new("enabled", "INTEGER NOT NULL", token => token.Enabled),
        new("created", "INTEGER NOT NULL", token => token.Created),
        new("expires", "INTEGER", token => token.Expires),
        new("secret_hash", "BLOB", token => token.SecretHash),
    ])
{
    public IEnumerable<AcmeToken> All() => InChunks(token => token.Id);

    protected override AcmeToken Read(SqliteDataReader row) =>
        new(row.GetInt64(0), row.GetString(1), row.GetString(2), row.Flag(3), row.Time(4), row.TimeOrNull(5), row.BytesOrNull(6));
}
