using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace ApiTokens.Sandbox.Storage;

/// <summary>
/// The SQLite database of one server. Statements are interpolated strings whose values become parameters:
/// <c>database.Execute($"DELETE FROM devo_tokens WHERE id = {id}")</c>. Each distinct text is prepared once.
/// </summary>
internal sealed partial class Database : IDisposable
{
    // One connection with one lock: an in-memory database exists as long as its connection, statements take microseconds, and SQLite
    // supports only one writer.
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);
    private bool _inTransaction;

    private Database(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens a database file, creating it if needed, or a new database in memory.</summary>
    public static Database Open(string? path)
    {
        if (path is not null)
        {
            CreateForOwner(path);
        }

        var builder = new SqliteConnectionStringBuilder { DataSource = path ?? ":memory:", Pooling = false };
        var connection = new SqliteConnection(builder.ToString());
        try
        {
            connection.Open();
            var database = new Database(connection);
            if (path is not null)
            {
                database.Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
            }

            return database;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // Another user with write access could add tokens. SQLite creates its log file with the same permissions.
    private static void CreateForOwner(string path)
    {
        if (!OperatingSystem.IsWindows() && !File.Exists(path) && !Directory.Exists(path))
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            new FileStream(path, options).Dispose();
        }
    }

    /// <summary>Runs several statements without parameters, such as a schema.</summary>
    public void Run(string script)
    {
        lock (_gate)
        {
            using SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // Scripts are constants of this program.
            command.CommandText = script;
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }
    }

    /// <summary>Runs a statement and returns the number of changed rows.</summary>
    public int Execute(FormattableString statement)
    {
        lock (_gate)
        {
            return Prepare(statement).ExecuteNonQuery();
        }
    }

    /// <summary>Returns all rows of a query.</summary>
    public List<T> Query<T>(FormattableString statement, Func<SqliteDataReader, T> read)
    {
        lock (_gate)
        {
            using SqliteDataReader reader = Prepare(statement).ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
            {
                rows.Add(read(reader));
            }

            return rows;
        }
    }

    /// <summary>Returns the first row of a query, or null if there is none.</summary>
    public T? First<T>(FormattableString statement, Func<SqliteDataReader, T> read)
        where T : class
    {
        lock (_gate)
        {
            using SqliteDataReader reader = Prepare(statement).ExecuteReader();
            return reader.Read() ? read(reader) : null;
        }
    }

    /// <summary>Returns the number of a query or of an insert with RETURNING.</summary>
    public long Number(FormattableString statement)
    {
        lock (_gate)
        {
            return (long)Prepare(statement).ExecuteScalar()!;
        }
    }

    /// <summary>Runs the work as one transaction, with exclusive access to the database.</summary>
    public T Atomically<T>(Func<T> work)
    {
        lock (_gate)
        {
            if (_inTransaction)
            {
                return work();
            }

            Execute($"BEGIN IMMEDIATE");
            _inTransaction = true;
            try
            {
                T result = work();
                Execute($"COMMIT");
                return result;
            }
            catch
            {
                Execute($"ROLLBACK");
                throw;
            }
            finally
            {
                _inTransaction = false;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (SqliteCommand command in _prepared.Values)
            {
                command.Dispose();
            }

            _connection.Dispose();
        }
    }

    private SqliteCommand Prepare(FormattableString statement)
    {
        if (!_prepared.TryGetValue(statement.Format, out SqliteCommand? command))
        {
            command = _connection.CreateCommand();
#pragma warning disable CA2100 // The values are parameters.
            command.CommandText = Placeholder().Replace(statement.Format, "@p$1");
#pragma warning restore CA2100
            for (int i = 0; i < statement.ArgumentCount; i++)
            {
                command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"@p{i}"), DBNull.Value);
            }

            command.Prepare();
            _prepared.Add(statement.Format, command);
        }

        for (int i = 0; i < statement.ArgumentCount; i++)
        {
            command.Parameters[i].Value = ToColumn(statement.GetArgument(i));
        }

        return command;
    }

    private static object ToColumn(object? value) => value switch
    {
        null => DBNull.Value,
        DateTimeOffset time => time.ToUnixTimeMilliseconds(),
        bool flag => flag ? 1L : 0L,
        _ => value,
    };

    [GeneratedRegex(@"\{(\d+)\}")]
    private static partial Regex Placeholder();
}
