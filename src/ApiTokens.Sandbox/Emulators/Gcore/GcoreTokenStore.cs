using ApiTokens.Sandbox.Storage;
using Microsoft.Data.Sqlite;

namespace ApiTokens.Sandbox.Emulators.Gcore;

/// <summary>The tokens of the Gcore account.</summary>
internal sealed class GcoreTokenStore(Database database) : TokenStore<GcoreToken>(
    database,
    "gcore_tokens",
    [
        new("id", "INTEGER PRIMARY KEY AUTOINCREMENT", token => token.Id == 0 ? null : token.Id),
        new("name", "TEXT NOT NULL", token => token.Name),
        new("description", "TEXT", token => token.Description),
        new("role_id", "INTEGER NOT NULL", token => token.Role.Id),
        new("issuer_id", "INTEGER NOT NULL", token => token.Issuer.Id),
        new("created", "INTEGER NOT NULL", token => token.Created),
        new("expires", "INTEGER", token => token.Expires),
        new("last_usage", "INTEGER", token => token.LastUsage),
        new("removed", "INTEGER NOT NULL", token => token.Removed),
        new("secret_hash", "BLOB", token => token.SecretHash),
    ],
    ("by_issuer", "issuer_id, id"))
{
    // An upper bound, because it includes tokens that have expired since. The table is counted only if this bound reaches the limit.
    private long _maxLive;

    public override void CreateSchema()
    {
        base.CreateSchema();
        _maxLive = Database.Number($"SELECT COUNT(*) FROM gcore_tokens WHERE NOT removed");
    }

    /// <summary>Returns all tokens, or the tokens of one issuer.</summary>
    public IEnumerable<GcoreToken> All(int? issuer) => InChunks(token => token.Id, issuer is null ? "TRUE" : "issuer_id = {0}", issuer);

    /// <summary>
    /// Adds a token; returns null if the account has reached its limit of live tokens. The secret depends on the id, so it is created
    /// here.
    /// </summary>
    public (GcoreToken Token, string Secret)? Add(GcoreToken token, int limit, Func<long, string> newSecret) =>
        Database.Atomically<(GcoreToken, string)?>(() =>
        {
            if (_maxLive >= limit && CountLive(token.Created) >= limit)
            {
                return null;
            }

            GcoreToken added = token with { Id = Add(token) };
            string secret = newSecret(added.Id);
            Set(added.Id, "secret_hash", Secrets.Hash(secret));
            return (added, secret);
        });

    public override long Add(GcoreToken token)
    {
        _maxLive++;
        return base.Add(token);
    }

    public override void Put(GcoreToken token)
    {
        _maxLive++;
        base.Put(token);
    }

    public void SetLastUsage(long id, DateTimeOffset now) => Set(id, "last_usage", now);

    /// <summary>Marks a token as deleted; returns false if it was already deleted.</summary>
    public override bool Remove(object id) => Database.Atomically(() =>
    {
        bool removed = Database.Execute($"UPDATE gcore_tokens SET removed = 1 WHERE id = {id} AND NOT removed") > 0;
        _maxLive -= removed ? 1 : 0;
        return removed;
    });

    /// <summary>Generates tokens: issuers in turn, one in ten without expiry, the others from three weeks ago to a year ahead.</summary>
    public void Generate(int count, IReadOnlyList<GcoreUser> issuers, DateTimeOffset now)
    {
        Generate(
            count,
            "name, role_id, issuer_id, created, expires, removed",
            $"""
            printf('token-%07d', n), {GcoreRole.Users.Id}, {issuers[0].Id} + n % {issuers.Count}, {now.AddDays(-30)},
                CASE WHEN n % 10 = 0 THEN NULL ELSE {now} + 86400000 * (n * 37 % 386 - 21) END, n % 50 = 0
            """);
        _maxLive += count;
    }

    protected override GcoreToken Read(SqliteDataReader row) => new()
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

    private long CountLive(DateTimeOffset now)
    {
        _maxLive = Database.Number($"SELECT COUNT(*) FROM gcore_tokens WHERE NOT removed AND (expires IS NULL OR expires > {now})");
        return _maxLive;
    }
}
