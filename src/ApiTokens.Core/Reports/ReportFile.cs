namespace ApiTokens.Reports;

/// <summary>Writes a report in the format that the file extension specifies. An incomplete file is never visible.</summary>
public static class ReportFile
{
    private static readonly IReportFormat[] Formats =
        [new HtmlReport(), new CsvReport(), new JsonReport(), new MarkdownReport(), new MetricsReport()];

    /// <summary>Validates a path before the content of the report is collected.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="noClobber">Whether an existing file is kept.</param>
    /// <param name="force">Whether a read-only file is replaced.</param>
    /// <exception cref="ApiTokenException">
    /// The extension is unknown, the folder does not exist, or the file must not be replaced.
    /// </exception>
    public static void Check(string path, bool noClobber, bool force)
    {
        FormatOf(path);
        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw ApiTokenException.OfField(
                "Path",
                ErrorKind.ObjectNotFound,
                $"the folder of '{path}' does not exist.",
                "Create the folder first.",
                ErrorIds.ReportFolderNotFound);
        }

        if (Directory.Exists(path))
        {
            throw ApiTokenException.InvalidParameter("Path", $"'{path}' is a folder.", "Specify the path of a file.");
        }

        if (FileTrust.IsSpecial(path))
        {
            throw ApiTokenException.InvalidParameter("Path", $"'{path}' is a device or a pipe.", "Specify the path of a file.");
        }

        if (!File.Exists(path))
        {
            return;
        }

        if (noClobber)
        {
            throw ApiTokenException.OfField(
                "Path",
                ErrorKind.ResourceExists,
                $"'{path}' already exists.",
                $"Specify another path, or omit {Field.NoClobber} to replace the file.",
                ErrorIds.ReportExists);
        }

        if (!force && (File.GetAttributes(path) & FileAttributes.ReadOnly) != 0)
        {
            throw ApiTokenException.OfField(
                "Path",
                ErrorKind.PermissionDenied,
                $"'{path}' is read-only.",
                $"Specify another path, or {Field.Overwrite} to replace the file.",
                ErrorIds.ReportNotWritten);
        }
    }

    /// <summary>Writes a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="path">The full path.</param>
    /// <param name="noClobber">Whether an existing file is kept.</param>
    /// <param name="force">Whether a read-only file is replaced.</param>
    /// <exception cref="ApiTokenException">The path is invalid (see <see cref="Check"/>), or the file cannot be written.</exception>
    public static void Write(TokenReport report, string path, bool noClobber = false, bool force = false)
    {
        Check(path, noClobber, force);
        string temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (FileStream file = Create(temporary, path))
            {
                FormatOf(path).Write(report, file);
                file.Flush(flushToDisk: true);
            }

            MoveOrReplace(temporary, path, noClobber, force);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ApiTokenException.OfField(
                "Path",
                e is IOException ? ErrorKind.InvalidOperation : ErrorKind.PermissionDenied,
                $"'{path}' cannot be written: {e.Message}",
                "If another program has the file open, close it there. Otherwise, specify a path where you can write.",
                ErrorIds.ReportNotWritten,
                e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Throws if a report has content for which a format has no place.</summary>
    internal static void CheckHasOnlyTokens(TokenReport report, string extension)
    {
        if (report.Operations.Count + report.Changes.Count > 0)
        {
            throw ApiTokenException.InvalidParameter(
                "Path",
                $"a {extension} report cannot contain {(report.Changes.Count > 0 ? "changes" : "operations of a journal")}.",
                "Specify a path with the extension .html, .md or .json.");
        }
    }

    // A new report is readable for its owner only. It starts with a copy of an existing file, to keep the permissions of that.
    private static FileStream Create(string temporary, string path)
    {
        if (!File.Exists(path))
        {
            return OwnerOnlyFile.Create(temporary);
        }

        File.Copy(path, temporary);
        File.SetAttributes(temporary, File.GetAttributes(temporary) & ~FileAttributes.ReadOnly);
        return new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None);
    }

    private static void MoveOrReplace(string temporary, string path, bool noClobber, bool force)
    {
        if (noClobber || !File.Exists(path))
        {
            File.Move(temporary, path);
            return;
        }

        if (force)
        {
            File.SetAttributes(path, File.GetAttributes(path) & ~FileAttributes.ReadOnly);
        }

        File.Replace(temporary, path, destinationBackupFileName: null);
    }

    private static IReportFormat FormatOf(string path) =>
        Array.Find(Formats, format => string.Equals(format.Extension, Path.GetExtension(path), StringComparison.OrdinalIgnoreCase))
        ?? throw ApiTokenException.InvalidParameter(
            "Path",
            $"'{Path.GetFileName(path)}' does not have the extension of a report format.",
            $"Specify a path with one of these extensions: {string.Join(", ", Formats.Select(format => format.Extension))}.");
}

/// <summary>A format of a report.</summary>
internal interface IReportFormat
{
    /// <summary>The file extension, with a dot.</summary>
    string Extension { get; }

    /// <summary>Writes the report in UTF-8.</summary>
    void Write(TokenReport report, Stream stream);
}
