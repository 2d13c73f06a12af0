using ApiTokens.Sandbox.Storage;
using Microsoft.Data.Sqlite;

namespace ApiTokens.Sandbox.Emulators.Devo;

/// <summary>The tokens of the Devo domain.</summary>
internal sealed class DevoTokenStore(Database database, SecretCipher cipher) : TokenStore<DevoToken>(
    database,
    Table,
    [
        new("id", "INTEGER PRIMARY KEY AUTOINCREMENT", token => token.Id == 0 ? null : token.Id),
        new("name", "TEXT NOT NULL", token => token.Name),
        new("owner", "TEXT NOT NULL", token => token.Owner),
        new("user", "TEXT NOT NULL", token => token.User),
        new("audience", "TEXT NOT NULL", token => token.Audience),
        new("scope", "TEXT NOT NULL", token => token.Scope),
        new("active", "INTEGER NOT NULL", token => token.Active),
        new("created", "INTEGER NOT NULL", token => token.Created),
        new("updated", "INTEGER NOT NULL", token => token.Updated),
        new("expires", "INTEGER NOT NULL", token => token.Expires),
        new("secret_hash", "BLOB", token => token.SecretHash),
        new("secret_tail", "TEXT NOT NULL", token => token.SecretTail),
        new("secret", "BLOB", token => token.EncryptedSecret),
    ])
{
    private const string Table = "devo_tokens";

    // The number of characters that the masked form shows.
    private const int TailLength = 5;

    /// <summary>Adds a token with a secret.</summary>
    public DevoToken Add(DevoToken token, string secret) => Database.Atomically(() =>
    {
        long id = Add(token);
        return Change(id, added => WithSecret(added, secret))!;
    });

    /// <summary>Returns a token with a secret.</summary>
    public DevoToken WithSecret(DevoToken token, string secret) => token with
    {
        SecretHash = Secrets.Hash(secret),
        SecretTail = secret[^TailLength..],
        EncryptedSecret = cipher.Encrypt(secret, SecretCipher.ContextOf(Table, token.Id)),
    };

    /// <summary>Returns the secret of a token; null if only its hash is stored.</summary>
    public string? SecretOf(DevoToken token) => token.EncryptedSecret is { } encrypted
        ? cipher.Decrypt(encrypted, SecretCipher.ContextOf(Table, token.Id))
        : null;

    /// <summary>
    /// Creates the secret of a seeded token when it is read for the first time. Nobody could have known it before, and a large database
    /// is filled without it.
    /// </summary>
    /// <returns>The token with its secret; null if it was removed meanwhile.</returns>
    public DevoToken? EnsureSecret(DevoToken token) => token.SecretHash is not null ? token : Change(token.Id, seeded =>
        seeded.SecretHash is null ? WithSecret(seeded, Secrets.Hex(16)[..^TailLength] + seeded.SecretTail) : seeded);

    public IEnumerable<DevoToken> All() => InChunks(token => token.Id);

    /// <summary>Generates tokens: users in turn, expiries from three weeks ago to a year ahead.</summary>
    public void Generate(int count, IReadOnlyList<string> users, DateTimeOffset now) => Generate(
        count,
        "name, owner, user, audience, scope, active, created, updated, expires, secret_tail",
        $"""
        printf('token-%07d', n), {DevoRules.Administrator}, json_extract({JsonArray.Of(users)}, '$[' || (n % {users.Count}) || ']'),
            'apiv2', {DevoRules.AllTables}, n % 17 != 0, {now.AddDays(-30)}, {now.AddDays(-30)},
            {now} + 86400000 * (n * 37 % 386 - 21), printf('%05x', n % 1048576)
        """);

    protected override DevoToken Read(SqliteDataReader row) => new()
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
        EncryptedSecret = row.BytesOrNull(12),
    };
}
