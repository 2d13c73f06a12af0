using System.Runtime.CompilerServices;
using ApiTokens.Sandbox.Storage;
using Microsoft.Data.Sqlite;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>The tokens of all owners.</summary>
internal sealed class WegnologyTokenStore(Database database)
{
    private const int MostLists = 16;

    private readonly Lock _gate = new();

    // Writes keep the lists without a filter up to date and forget the others.
    private readonly Dictionary<FilteredList, KeysetIndex> _lists = [];

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
        CREATE INDEX IF NOT EXISTS wegnology_tokens_by_id ON wegnology_tokens (owner_id, id);
        CREATE UNIQUE INDEX IF NOT EXISTS wegnology_tokens_by_secret ON wegnology_tokens (secret_hash) WHERE secret_hash IS NOT NULL;
        """);

    /// <summary>One page and the number of all tokens that fit, as of one moment.</summary>
    public (List<WegnologyToken> Items, long Total) Page(Owner owner, ListQuery query)
    {
        lock (_gate)
        {
            KeysetIndex landmarks = Find(owner, query);
            return (query.SortField == "id" ? PageById(owner, query, landmarks) : PageByOther(owner, query), landmarks.Total);
        }
    }

    public WegnologyToken? Find(Owner owner, string id) =>
        database.First($"SELECT * FROM wegnology_tokens WHERE id = {id} AND owner_id = {owner.Id} AND owner_type = {owner.Type}", Read);

    public WegnologyToken? FindBySecret(string secret)
    {
        byte[] hash = Secrets.Hash(secret);
        WegnologyToken? token = database.First($"SELECT * FROM wegnology_tokens WHERE secret_hash = {hash}", Read);
        return token is not null && Secrets.Same(token.SecretHash, hash) ? token : null;
    }

    public void Add(WegnologyToken token)
    {
        lock (_gate)
        {
            Insert(token);
            Forget(list => list.Filter is not null);
            _lists.GetValueOrDefault(FilteredList.All(token.Owner.Id))?.Add(token.Id);
        }
    }

    /// <summary>Writes a token, whether its id exists or not.</summary>
    public void Put(WegnologyToken token)
    {
        lock (_gate)
        {
            database.Execute($"DELETE FROM wegnology_tokens WHERE id = {token.Id}");
            Insert(token);
            Forget(_ => true);
        }
    }

    /// <summary>Changes what is given and keeps the rest.</summary>
    public void Update(string id, string? name, string? description, string? status, DateTimeOffset now)
    {
        lock (_gate)
        {
            database.Execute($"""
                UPDATE wegnology_tokens SET name = COALESCE({name}, name), description = COALESCE({description}, description),
                    status = COALESCE({status}, status), updated = {now}
                WHERE id = {id}
                """);
            Forget(list => list.Filter is not null);
        }
    }

    public void Remove(Owner owner, string id)
    {
        lock (_gate)
        {
            if (database.Execute($"DELETE FROM wegnology_tokens WHERE id = {id} AND owner_id = {owner.Id}") > 0)
            {
                Forget(list => list.Filter is not null);
                _lists.GetValueOrDefault(FilteredList.All(owner.Id))?.Remove(id);
            }
        }
    }

    /// <summary>Generates tokens inside SQLite: creators in turn, one in ten without expiry, the others from three weeks ago to a year ahead.</summary>
    /// <param name="count">How many.</param>
    /// <param name="owner">Whom they belong to.</param>
    /// <param name="creators">Who created them.</param>
    /// <param name="process">The part in the middle of their ids; see <see cref="ObjectIds"/>.</param>
    /// <param name="now">Now; they were created a month ago.</param>
    public void Generate(int count, Owner owner, IReadOnlyList<Creator> creators, string process, DateTimeOffset now) => database.Execute($"""
        WITH RECURSIVE numbers(n) AS (SELECT 1 WHERE {count} > 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
        INSERT INTO wegnology_tokens
        SELECT printf('%08x%s%06x', {now.AddDays(-30).ToUnixTimeSeconds()} + n / {ObjectIds.Counters}, {process}, n % {ObjectIds.Counters}), {owner.Type}, {owner.Id}, 'user',
            json_extract({JsonArray.Of(creators.Select(creator => creator.Id))}, '$[' || (n % {creators.Count}) || ']'),
            json_extract({JsonArray.Of(creators.Select(creator => creator.Name))}, '$[' || (n % {creators.Count}) || ']'),
            printf('token-%07d', n), NULL, {now.AddDays(-30)}, {now.AddDays(-30)},
            CASE WHEN n % 10 = 0 THEN NULL ELSE {now} + 86400000 * (n * 37 % 386 - 21) END,
            '["all.User.read"]', CASE WHEN n % 17 = 0 THEN 'inactive' ELSE 'active' END, NULL
        FROM numbers
        """);

    private void Insert(WegnologyToken token) => database.Execute($"""
        INSERT INTO wegnology_tokens VALUES ({token.Id}, {token.Owner.Type}, {token.Owner.Id},
            {token.Creator.Type}, {token.Creator.Id}, {token.Creator.Name}, {token.Name}, {token.Description},
            {token.Created}, {token.Updated}, {token.Expires}, {JsonArray.Of(token.Scope)}, {token.Status}, {token.SecretHash})
        """);

    private KeysetIndex Find(Owner owner, ListQuery query)
    {
        var list = new FilteredList(owner.Id, query.FilterField, query.FilterPattern);
        if (_lists.TryGetValue(list, out KeysetIndex? known) && !known.IsStale)
        {
            return known;
        }

        if (_lists.Count >= MostLists)
        {
            _lists.Clear();
        }

        return _lists[list] = KeysetIndex.Of(
            (key, count) => database.First(Statement("id", query, "ORDER BY id LIMIT 1 OFFSET {3}", owner, key, count), row => row.GetString(0)),
            key => database.Number(Statement("COUNT(*)", query, "", owner, key)));
    }

    private void Forget(Func<FilteredList, bool> which)
    {
        foreach (FilteredList list in _lists.Keys.Where(which))
        {
            _lists.Remove(list);
        }
    }

    private List<WegnologyToken> PageById(Owner owner, ListQuery query, KeysetIndex landmarks)
    {
        bool descending = query.SortDirection == "desc";
        long skipped = Math.Min((long)query.Page * query.PerPage, landmarks.Total);
        long count = Math.Min(query.PerPage, landmarks.Total - skipped);
        long first = descending ? landmarks.Total - skipped - count : skipped;
        Landmark near = landmarks.Before(first);
        List<WegnologyToken> items = database.Query(
            Statement("*", query, "ORDER BY id LIMIT {3} OFFSET {4}", owner, near.Key, count, first - near.Before), Read);
        if (descending)
        {
            items.Reverse();
        }

        return items;
    }

    private List<WegnologyToken> PageByOther(Owner owner, ListQuery query) => database.Query(
        Statement("*", query, $"ORDER BY {OrderBy(query)} LIMIT {{3}} OFFSET {{4}}", owner, null, query.PerPage, (long)query.Page * query.PerPage), Read);

    /// <summary>A query over an owner's tokens that pass the filter, from an id on.</summary>
    private static FormattableString Statement(string what, ListQuery query, string rest, Owner owner, string? from, params object[] more)
    {
        string start = from is null ? "" : " AND id >= {1}";
        string filter = query.FilterField is null ? "" : $@" AND {query.FilterField} LIKE {{2}} ESCAPE '\'";
        return FormattableStringFactory.Create(
            $"SELECT {what} FROM wegnology_tokens WHERE owner_id = {{0}}{start}{filter} {rest}",
            [owner.Id, from, query.FilterPattern, .. more]);
    }

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

    private sealed record FilteredList(string OwnerId, string? FilterField, string? Filter)
    {
        public static FilteredList All(string ownerId) => new(ownerId, null, null);
    }
}
