using System.Runtime.CompilerServices;
using ApiTokens.Sandbox.Storage;
using Microsoft.Data.Sqlite;

namespace ApiTokens.Sandbox.Wegnology;

/// <summary>The tokens of all owners.</summary>
internal sealed class WegnologyTokenStore(Database database)
{
    private long _version;

    // Counting a million rows takes longer than reading a page of them, and a client asks for page after page.
    private CountedQuery? _lastCount;

    public void CreateSchema() => database.Run("""
        CREATE TABLE IF NOT EXISTS wegnology_tokens (
            id TEXT NOT NULL UNIQUE,
            owner_type TEXT NOT NULL,
            owner_id TEXT NOT NULL,
            creator_type TEXT NOT NULL,
            creator_id TEXT NOT NULL,
            creator_name TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            expires INTEGER,
            scope TEXT NOT NULL,
            status TEXT NOT NULL,
            secret_hash BLOB
        );
        CREATE INDEX IF NOT EXISTS wegnology_tokens_by_name ON wegnology_tokens (owner_id, name, id);
        CREATE UNIQUE INDEX IF NOT EXISTS wegnology_tokens_by_secret ON wegnology_tokens (secret_hash) WHERE secret_hash IS NOT NULL;
        """);

    public List<WegnologyToken> Page(Owner owner, ListQuery query) => database.Query(
        FormattableStringFactory.Create(
            $"SELECT * FROM wegnology_tokens WHERE {Where(query)} ORDER BY {OrderBy(query)} LIMIT {{2}} OFFSET {{3}}",
            owner.Id, query.FilterPattern, query.PerPage, (long)query.Page * query.PerPage),
        Read);

    public long Count(Owner owner, ListQuery query)
    {
        var counted = new CountedQuery(Interlocked.Read(ref _version), owner.Id, query.FilterField, query.FilterPattern, 0);
        if (_lastCount is { } last && last with { Count = 0 } == counted)
        {
            return last.Count;
        }

        long count = database.Number(FormattableStringFactory.Create(
            $"SELECT COUNT(*) FROM wegnology_tokens WHERE {Where(query)}", owner.Id, query.FilterPattern));
        _lastCount = counted with { Count = count };
        return count;
    }

    public WegnologyToken? Find(Owner owner, string id) =>
        database.First($"SELECT * FROM wegnology_tokens WHERE id = {id} AND owner_id = {owner.Id} AND owner_type = {owner.Type}", Read);

    public WegnologyToken? FindBySecret(string secret)
    {
        byte[] hash = Secrets.Hash(secret);
        WegnologyToken? token = database.First($"SELECT * FROM wegnology_tokens WHERE secret_hash = {hash}", Read);
        return token is not null && Secrets.Same(token.SecretHash, hash) ? token : null;
    }

    /// <summary>Writes a token, whether its id exists or not.</summary>
    public void Put(WegnologyToken token)
    {
        database.Execute($"""
            INSERT OR REPLACE INTO wegnology_tokens VALUES ({token.Id}, {token.Owner.Type}, {token.Owner.Id},
                {token.Creator.Type}, {token.Creator.Id}, {token.Creator.Name}, {token.Name}, {token.Description},
                {token.Created}, {token.Updated}, {token.Expires}, {JsonArray.Of(token.Scope)}, {token.Status}, {token.SecretHash})
            """);
        Interlocked.Increment(ref _version);
    }

    /// <summary>Changes what is given and keeps the rest; false when the token is gone.</summary>
    public bool Update(string id, string? name, string? description, string? status, DateTimeOffset now)
    {
        bool found = database.Execute($"""
            UPDATE wegnology_tokens SET name = COALESCE({name}, name), description = COALESCE({description}, description),
                status = COALESCE({status}, status), updated = {now}
            WHERE id = {id}
            """) > 0;
        Interlocked.Increment(ref _version);
        return found;
    }

    public void Remove(string id)
    {
        database.Execute($"DELETE FROM wegnology_tokens WHERE id = {id}");
        Interlocked.Increment(ref _version);
    }

    /// <summary>Generates tokens inside SQLite: creators in turn, one in ten without expiry, the others from three weeks ago to a year ahead.</summary>
    public void Generate(int count, Owner owner, IReadOnlyList<Creator> creators, DateTimeOffset now) => database.Execute($"""
        WITH RECURSIVE numbers(n) AS (SELECT 1 WHERE {count} > 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
        INSERT INTO wegnology_tokens
        SELECT printf('5f00%020x', n), {owner.Type}, {owner.Id}, 'user',
            json_extract({JsonArray.Of(creators.Select(creator => creator.Id))}, '$[' || (n % {creators.Count}) || ']'),
            json_extract({JsonArray.Of(creators.Select(creator => creator.Name))}, '$[' || (n % {creators.Count}) || ']'),
            printf('token-%07d', n), NULL, {now.AddDays(-30)}, {now.AddDays(-30)},
            CASE WHEN n % 10 = 0 THEN NULL ELSE {now} + 86400000 * (n * 37 % 386 - 21) END,
            '["all.User.read"]', CASE WHEN n % 17 = 0 THEN 'inactive' ELSE 'active' END, NULL
        FROM numbers
        """);

    private static string Where(ListQuery query) => query.FilterField switch
    {
        "name" => @"owner_id = {0} AND name LIKE {1} ESCAPE '\'",
        "status" => @"owner_id = {0} AND status LIKE {1} ESCAPE '\'",
        _ => "owner_id = {0}",
    };

    private static string OrderBy(ListQuery query)
    {
        string column = query.SortField switch
        {
            "status" => "status",
            "id" => "id",
            "creationDate" => "created",
            "lastUpdated" => "updated",
            "expirationDate" => "expires",
            _ => "name",
        };
        string direction = query.SortDirection == "desc" ? "DESC" : "ASC";
        return $"{column} {direction}, id {direction}";
    }

    // The columns stand in the order of the schema.
    private static WegnologyToken Read(SqliteDataReader row) => new()
    {
        Id = row.GetString(0),
        Owner = new Owner(row.GetString(1), row.GetString(2)),
        Creator = new Creator(row.GetString(3), row.GetString(4), row.GetString(5)),
        Name = row.GetString(6),
        Description = row.TextOrNull(7),
        Created = row.Time(8),
        Updated = row.Time(9),
        Expires = row.TimeOrNull(10),
        Scope = JsonArray.Read(row.GetString(11)),
        Status = row.GetString(12),
        SecretHash = row.BytesOrNull(13),
    };

    private sealed record CountedQuery(long Version, string OwnerId, string? Field, string? Pattern, long Count);
}
