using System.Text.Json;
using ApiTokens.Sandbox.Storage;
using Microsoft.Data.Sqlite;

namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>The tokens of all owners.</summary>
internal sealed class WegnologyTokenStore(Database database) : TokenStore<WegnologyToken>(
    database,
    "wegnology_tokens",
    [
        new("id", "TEXT NOT NULL UNIQUE", token => token.Id),
        new("owner_type", "TEXT NOT NULL", token => token.Owner.Type),
        new("owner_id", "TEXT NOT NULL", token => token.Owner.Id),
        new("creator_type", "TEXT NOT NULL", token => token.Creator.Type),
        new("creator_id", "TEXT NOT NULL", token => token.Creator.Id),
        new("creator_name", "TEXT NOT NULL", token => token.Creator.Name),
        new("name", "TEXT NOT NULL", token => token.Name),
        new("description", "TEXT", token => token.Description),
        new("created", "INTEGER NOT NULL", token => token.Created),
        new("updated", "INTEGER NOT NULL", token => token.Updated),
        new("expires", "INTEGER", token => token.Expires),
        new("scope", "TEXT NOT NULL", token => JsonArray.Of(token.Scope)),
        new("status", "TEXT NOT NULL", token => token.Status),
        new("default_role", "TEXT", token => token.DefaultRole),
        new("org_roles", "TEXT", token => WriteRoles(token.OrganizationRoles)),
        new("secret_hash", "BLOB", token => token.SecretHash),
    ],
    ("by_name", "owner_id, name, id"),
    ("by_id", "owner_id, id"))
{
    private const int MaxLists = 16;

    private readonly Lock _gate = new();

    // Writes update the lists without a filter and remove the others.
    private readonly Dictionary<FilteredList, KeysetIndex> _lists = [];

    /// <summary>Returns one page and the number of all matching tokens, at the same point in time.</summary>
    public (List<WegnologyToken> Items, long Total) Page(Owner owner, ListQuery query)
    {
        lock (_gate)
        {
            KeysetIndex index = Find(owner, query);
            return (query.SortField == "id" ? PageById(owner, query, index) : PageByOther(owner, query), index.Total);
        }
    }

    public override long Add(WegnologyToken token)
    {
        lock (_gate)
        {
            long number = base.Add(token);
            RemoveLists(list => list.Filter is not null);
            _lists.GetValueOrDefault(FilteredList.All(token.Owner.Id))?.Add(token.Id);
            return number;
        }
    }

    public override void Put(WegnologyToken token)
    {
        lock (_gate)
        {
            base.Put(token);
            RemoveLists(_ => true);
        }
    }

    public override WegnologyToken? Change(object id, Func<WegnologyToken, WegnologyToken> change)
    {
        lock (_gate)
        {
            RemoveLists(list => list.Filter is not null);
            return base.Change(id, change);
        }
    }

    public override bool Remove(object id)
    {
        lock (_gate)
        {
            if (Find(id) is not { } token || !base.Remove(id))
            {
                return false;
            }

            RemoveLists(list => list.Filter is not null);
            _lists.GetValueOrDefault(FilteredList.All(token.Owner.Id))?.Remove(token.Id);
            return true;
        }
    }

    /// <summary>Generates tokens: creators in turn, one in ten without expiry, the others from three weeks ago to a year ahead.</summary>
    /// <param name="count">The number of tokens.</param>
    /// <param name="owner">The owner of the tokens.</param>
    /// <param name="creators">The creators of the tokens.</param>
    /// <param name="process">The middle part of the ids; see <see cref="ObjectIds"/>.</param>
    /// <param name="now">The current time; the tokens were created a month before.</param>
    public void Generate(int count, Owner owner, IReadOnlyList<Creator> creators, string process, DateTimeOffset now) => Generate(
        count,
        "id, owner_type, owner_id, creator_type, creator_id, creator_name, name, created, updated, expires, scope, status",
        $"""
        printf('%08x%s%06x', {now.AddDays(-30).ToUnixTimeSeconds()} + n / {ObjectIds.Counters}, {process}, n % {ObjectIds.Counters}),
            {owner.Type}, {owner.Id}, 'user',
            json_extract({JsonArray.Of(creators.Select(creator => creator.Id))}, '$[' || (n % {creators.Count}) || ']'),
            json_extract({JsonArray.Of(creators.Select(creator => creator.Name))}, '$[' || (n % {creators.Count}) || ']'),
            printf('token-%07d', n), {now.AddDays(-30)}, {now.AddDays(-30)},
            CASE WHEN n % 10 = 0 THEN NULL ELSE {now} + 86400000 * (n * 37 % 386 - 21) END,
            '["all.User.read"]', CASE WHEN n % 17 = 0 THEN 'inactive' ELSE 'active' END
        """);

    protected override WegnologyToken Read(SqliteDataReader row) => new()
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
        DefaultRole = row.TextOrNull(13),
        OrganizationRoles = ReadRoles(row.TextOrNull(14)),
        SecretHash = row.BytesOrNull(15),
    };

    private static string? WriteRoles(IReadOnlyList<OrganizationRole>? roles) =>
        roles is null ? null : JsonSerializer.Serialize(roles, WegnologyJson.Wire.IReadOnlyListOrganizationRole);

    private static IReadOnlyList<OrganizationRole>? ReadRoles(string? json) =>
        json is null ? null : JsonSerializer.Deserialize(json, WegnologyJson.Wire.IReadOnlyListOrganizationRole);

    private KeysetIndex Find(Owner owner, ListQuery query)
    {
        var list = new FilteredList(owner.Id, query.FilterField, query.FilterPattern);
        if (_lists.TryGetValue(list, out KeysetIndex? known) && !known.IsStale)
        {
            return known;
        }

        if (_lists.Count >= MaxLists)
        {
            _lists.Clear();
        }

        return _lists[list] = KeysetIndex.Of(
            (key, count) => Database.First(
                Select("id", query, "ORDER BY id LIMIT 1 OFFSET {3}", owner, key, count), row => row.GetString(0)),
            key => Database.Number(Select("COUNT(*)", query, "", owner, key)));
    }

    private void RemoveLists(Func<FilteredList, bool> predicate)
    {
        foreach (FilteredList list in _lists.Keys.Where(predicate))
        {
            _lists.Remove(list);
        }
    }

    private List<WegnologyToken> PageById(Owner owner, ListQuery query, KeysetIndex index)
    {
        bool descending = query.SortDirection == "desc";
        long skipped = Math.Min((long)query.Page * query.PerPage, index.Total);
        long count = Math.Min(query.PerPage, index.Total - skipped);
        long first = descending ? index.Total - skipped - count : skipped;
        KeysetEntry start = index.Before(first);
        List<WegnologyToken> items = Database.Query(
            Select("*", query, "ORDER BY id LIMIT {3} OFFSET {4}", owner, start.Key, count, first - start.Before), Read);
        if (descending)
        {
            items.Reverse();
        }

        return items;
    }

    private List<WegnologyToken> PageByOther(Owner owner, ListQuery query) => Database.Query(
        Select(
            "*", query, $"ORDER BY {OrderBy(query)} LIMIT {{3}} OFFSET {{4}}", owner, null, query.PerPage,
            (long)query.Page * query.PerPage),
        Read);

    /// <summary>Creates a query of an owner's tokens that match the filter, starting at an id.</summary>
    private static FormattableString Select(
        string columns, ListQuery query, string clauses, Owner owner, string? from, params object[] values)
    {
        string start = from is null ? "" : " AND id >= {1}";
        string filter = query.FilterField is null ? "" : $@" AND {query.FilterField} LIKE {{2}} ESCAPE '\'";
        return Statement(
            $"SELECT {columns} FROM wegnology_tokens WHERE owner_id = {{0}}{start}{filter} {clauses}",
            [owner.Id, from, query.FilterPattern, .. values]);
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

    private sealed record FilteredList(string OwnerId, string? FilterField, string? Filter)
    {
        public static FilteredList All(string ownerId) => new(ownerId, null, null);
    }
}
