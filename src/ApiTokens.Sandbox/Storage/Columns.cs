using Microsoft.Data.Sqlite;

namespace ApiTokens.Sandbox.Storage;

/// <summary>Reads columns in the format of <see cref="Database"/>: times as Unix milliseconds, flags as 0 and 1.</summary>
internal static class Columns
{
    public static DateTimeOffset Time(this SqliteDataReader row, int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    public static DateTimeOffset? TimeOrNull(this SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.Time(column);

    public static string? TextOrNull(this SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    public static byte[]? BytesOrNull(this SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);

    public static bool Flag(this SqliteDataReader row, int column) => row.GetInt64(column) != 0;
}
