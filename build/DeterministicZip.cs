using System.IO.Compression;

namespace ApiTokens.Build;

/// <summary>Writes archives whose bytes depend only on the names and contents of their files.</summary>
internal static class DeterministicZip
{
    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Rewrites an archive with its entries sorted by name, with a fixed date and without file modes.</summary>
    public static void Rewrite(string from, string to)
    {
        using ZipArchive source = ZipFile.OpenRead(from);
        using FileStream file = File.Create(to);
        using var target = new ZipArchive(file, ZipArchiveMode.Create);
        foreach (ZipArchiveEntry entry in source.Entries.OrderBy(entry => entry.FullName, StringComparer.Ordinal))
        {
            ZipArchiveEntry copy = target.CreateEntry(entry.FullName, CompressionLevel.SmallestSize);
            copy.LastWriteTime = Epoch;
            copy.ExternalAttributes = 0;
            using Stream input = entry.Open();
            using Stream output = copy.Open();
            input.CopyTo(output);
        }
    }
}
