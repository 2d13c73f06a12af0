using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;

namespace ApiTokens.Sandbox.Storage;

/// <summary>A stored token.</summary>
internal interface IStoredToken
{
    /// <summary>The hash of the secret; null for a seeded token whose secret nobody has read.</summary>
    byte[]? SecretHash { get; }
}

/// <summary>A column of a token table.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type and its constraints, in SQL.</param>
/// <param name="Value">Returns the value of a token; null for a number that SQLite assigns.</param>
internal sealed record Column<T>(string Name, string Type, Func<T, object?>? Value);

/// <summary>The tokens of one service, in a table with the columns <c>id</c> and <c>secret_hash</c>.</summary>
/// <param name="database">The database.</param>
/// <param name="table">The name of the table.</param>
/// <param name="columns">The columns, in the order in which <see cref="Read"/> reads them.</param>
/// <param name="indexes">The names and columns of the indexes, in addition to the index by secret.</param>
internal abstract class TokenStore<T>(Database database, string table, Column<T>[] columns, params (string Name, string Columns)[] indexes)
    where T : class, IStoredToken
{
    private const int ChunkSize = 500;

    protected Database Database { get; } = database;

    public virtual void CreateSchema()
    {
        Database.Run($"""
            CREATE TABLE IF NOT EXISTS {table} ({string.Join(", ", columns.Select(column => $"{column.Name} {column.Type}"))});
            CREATE UNIQUE INDEX IF NOT EXISTS {table}_by_secret ON {table} (secret_hash) WHERE secret_hash IS NOT NULL;
            """);
        AddMissingColumns();
        foreach ((string name, string indexed) in indexes)
        {
            Database.Run($"CREATE INDEX IF NOT EXISTS {table}_{name} ON {table} ({indexed})");
        }
    }

    public T? Find(object id) => Database.First(Statement($"SELECT * FROM {table} WHERE id = {{0}}", id), Read);

    public T? FindBySecret(string secret)
    {
        byte[] hash = Secrets.Hash(secret);
        T? token = Database.First(Statement($"SELECT * FROM {table} WHERE secret_hash = {{0}}", hash), Read);
        return token is not null && Secrets.Same(token.SecretHash, hash) ? token : null;
    }

    /// <summary>Adds a token and returns the number of its row.</summary>
    public virtual long Add(T token) => Write("INSERT", token);

    /// <summary>Inserts a token, or replaces the token with the same id.</summary>
    public virtual void Put(T token) => Write("INSERT OR REPLACE", token);

    /// <summary>
    /// Reads, changes and writes a token in one transaction. If <paramref name="change"/> throws, the token is unchanged.
    /// </summary>
    public virtual T? Change(object id, Func<T, T> change) => Database.Atomically(() =>
    {
        if (Find(id) is not { } token)
        {
            return null;
        }

        T changed = change(token);
        Column<T>[] written = [.. columns.Where(column => column.Value is not null)];
        string values = string.Join(", ", written.Select((column, number) => $"{column.Name} = {{{number}}}"));
        Database.Execute(Statement(
            $"UPDATE {table} SET {values} WHERE id = {{{written.Length}}}",
            [.. written.Select(column => column.Value!(changed)), id]));
        return changed;
    });

    /// <summary>Deletes a token; returns false if it does not exist.</summary>
    public virtual bool Remove(object id) => Database.Execute(Statement($"DELETE FROM {table} WHERE id = {{0}}", id)) > 0;

    /// <summary>Sets one column of a token.</summary>
    protected void Set(object id, string column, object value) =>
        Database.Execute(Statement($"UPDATE {table} SET {column} = {{0}} WHERE id = {{1}}", value, id));

    /// <summary>
    /// Returns the matching tokens by id. They are read in chunks, so that no long list is in memory or blocks other requests.
    /// </summary>
    protected IEnumerable<T> InChunks(Func<T, long> id, string where = "TRUE", object? argument = null)
    {
        long last = 0;
        while (true)
        {
            List<T> chunk = Database.Query(
                Statement($"SELECT * FROM {table} WHERE {where} AND id > {{1}} ORDER BY id LIMIT {{2}}", argument, last, ChunkSize), Read);
            foreach (T token in chunk)
            {
                yield return token;
            }

            if (chunk.Count < ChunkSize)
            {
                yield break;
            }

            last = id(chunk[^1]);
        }
    }

    /// <summary>Generates tokens in SQLite.</summary>
    /// <param name="count">The number of tokens.</param>
    /// <param name="into">The columns, separated by commas.</param>
    /// <param name="values">The values in SQL, where <c>n</c> counts from 1.</param>
    protected void Generate(int count, string into, FormattableString values)
    {
        string last = $"{{{values.ArgumentCount}}}";
        Database.Execute(Statement(
            $"""
            WITH RECURSIVE numbers(n) AS (SELECT 1 WHERE {last} > 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})
            INSERT INTO {table} ({into}) SELECT {values.Format} FROM numbers
            """,
            [.. values.GetArguments(), count]));
    }

    /// <summary>Creates a statement from a composed text with the placeholders <c>{0}</c> and so on.</summary>
    protected static FormattableString Statement(string text, params object?[] values) => FormattableStringFactory.Create(text, values);

    /// <summary>Reads a row, with the columns in the order of the schema.</summary>
    protected abstract T Read(SqliteDataReader row);

    // A database of an earlier version lacks the columns that were added since, which are the last ones and may be null.
    private void AddMissingColumns()
    {
        List<string> known = Database.Query(Statement($"SELECT name FROM pragma_table_info('{table}')"), row => row.GetString(0));
        foreach (Column<T> column in columns.Where(column => !known.Contains(column.Name, StringComparer.Ordinal)))
        {
            Database.Run($"ALTER TABLE {table} ADD COLUMN {column.Name} {column.Type}");
        }
    }

    private long Write(string verb, T token)
    {
        string values = string.Join(", ", columns.Select((_, number) => $"{{{number}}}"));
        return Database.Number(Statement(
            $"{verb} INTO {table} VALUES ({values}) RETURNING rowid", [.. columns.Select(column => column.Value?.Invoke(token))]));
    }
}
