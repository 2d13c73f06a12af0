using System.Runtime.InteropServices;

namespace ApiTokens.Journal;

/// <summary>Opens the file of a journal. It must not be a link or a device, and nobody else may be able to write to it.</summary>
internal static class JournalFiles
{
    /// <summary>Opens an existing file or creates a new one, which only its owner can read.</summary>
    /// <exception cref="ApiTokenException"><c>JournalNotOpened</c>.</exception>
    public static FileStream Open(string path)
    {
        // Allow only one writer. On Unix that requires an exclusive lock, which does not prevent other tools from reading the file.
        FileShare share = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? FileShare.Read : FileShare.None;
        try
        {
            if (FileTrust.IsSpecial(path))
            {
                throw NotOpened(ErrorKind.InvalidArgument, $"'{path}' is a device or a pipe.", "Specify the path of a file.");
            }

            if (FileTrust.IsLink(path))
            {
                throw NotOpened(ErrorKind.PermissionDenied, $"'{path}' is a link.", "Specify the path of the file itself.");
            }

            return File.Exists(path) ? OpenTrusted(path, share) : OwnerOnlyFile.Create(path, share);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw NotOpened(ErrorKind.InvalidArgument, $"'{path}' is not a valid path: {e.Message}", "Specify the path of a file.", e);
        }
        catch (DirectoryNotFoundException e)
        {
            throw NotOpened(
                ErrorKind.ObjectNotFound, $"the folder of '{path}' does not exist.", "Create the folder, or specify another path.", e);
        }
        catch (IOException e)
        {
            throw NotOpened(
                ErrorKind.InvalidOperation,
                $"'{path}' cannot be opened: {e.Message}",
                "Another run may be using it. Wait for it to end, or specify another path.",
                e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw NotOpened(ErrorKind.PermissionDenied, $"'{path}' cannot be written: {e.Message}", "Specify a writable path.", e);
        }
    }

    // A journal decides which tokens are skipped or removed, so nobody else may have written it.
    private static FileStream OpenTrusted(string path, FileShare share)
    {
        // Do not buffer: after a failed write on a full disk, the buffer would be written again later.
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, share, bufferSize: 1);
        if (FileTrust.Distrust(file) is not { } reason)
        {
            return file;
        }

        file.Dispose();
        throw NotOpened(
            ErrorKind.PermissionDenied,
            $"'{path}' {reason}.",
            "Check its content. If you trust it, make yourself its owner, and let nobody else write to it (chmod 600).");
    }

    public static ApiTokenException NotOpened(
        ErrorKind kind, string message, string action, Exception? inner = null, string field = "JournalPath") =>
        ApiTokenException.OfField(field, kind, message, action, ErrorIds.JournalNotOpened, inner);
}
