using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Cryptography;
using System.Security.Principal;

namespace ApiTokens.Sandbox.Storage;

/// <summary>The file with the key of a database. Only its owner can read it.</summary>
internal static class KeyFile
{
    /// <summary>The length of a key, for AES-256.</summary>
    public const int Size = 32;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static string Of(string databasePath) => databasePath + ".key";

    /// <summary>Reads the key, or creates it.</summary>
    /// <exception cref="ArgumentException">The file does not exist and may not be created, is not a key, or others can read it.</exception>
    public static byte[] Read(string path, bool mayCreate)
    {
        if (!File.Exists(path))
        {
            return mayCreate
                ? Create(path)
                : throw new ArgumentException(
                    $"The database has encrypted secrets, but their key '{path}' is missing. Restore it, or delete the database.");
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) is not UnixFileMode.None)
        {
            throw new ArgumentException($"Others can use the key '{path}'. Allow only its owner to read it: chmod 600.");
        }

        byte[] key = File.ReadAllBytes(path);
        return key.Length == Size ? key : throw new ArgumentException($"The file '{path}' is not a key of a sandbox.");
    }

    private static byte[] Create(string path)
    {
        byte[] key = RandomNumberGenerator.GetBytes(Size);
        using FileStream file = OperatingSystem.IsWindows() ? CreateOnWindows(path) : CreateOnUnix(path);
        file.Write(key);
        file.Flush(flushToDisk: true);
        return key;
    }

    [UnsupportedOSPlatform("windows")]
    private static FileStream CreateOnUnix(string path) => new(
        path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });

    [SupportedOSPlatform("windows")]
    private static FileStream CreateOnWindows(string path)
    {
        using WindowsIdentity owner = WindowsIdentity.GetCurrent();
        var security = new FileSecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(new FileSystemAccessRule(owner.User!, FileSystemRights.FullControl, AccessControlType.Allow));
        return new FileInfo(path).Create(
            FileMode.CreateNew, FileSystemRights.Write, FileShare.None, bufferSize: 1, FileOptions.None, security);
    }
}
