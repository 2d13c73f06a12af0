using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ApiTokens;

/// <summary>Determines what a path is, and whether another user can change the file.</summary>
public static class FileTrust
{
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;
    private const int Link = 0xA000;

    // Write access for the group and for everyone.
    private const int WritableByOthers = 0x12;

    // The structure of .NET starts with the flags, the mode and the owner. The rest is not used.
    private const int StatusLength = 256;

    private static bool IsWindows => RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

    /// <summary>Determines whether a path, or the target of its link, is a pipe, a socket or a device. To open one may never end.</summary>
    /// <param name="path">The full path.</param>
    /// <returns>False if it is a file or a folder, or does not exist.</returns>
    public static bool IsSpecial(string path) => IsWindows
        ? path.StartsWith(@"\\.\", StringComparison.Ordinal)
        : Read(path, followLinks: true) is { } status && (status.Mode & TypeMask) is not (RegularFile or Folder);

    /// <summary>Determines whether a path is a link.</summary>
    internal static bool IsLink(string path) => IsWindows
        ? File.Exists(path) && (File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0
        : Read(path, followLinks: false) is { } status && (status.Mode & TypeMask) == Link;

    /// <summary>Returns why a file cannot be trusted; null if it belongs to this user, and nobody else can write to it.</summary>
    /// <remarks>On Windows, the owner and the access control list of an existing file are not checked.</remarks>
    internal static string? Distrust(FileStream file)
    {
        if (IsWindows)
        {
            return null;
        }

        var status = new byte[StatusLength];
        if (FStat(file.SafeFileHandle, status) != 0)
        {
            return "has an unknown owner";
        }

        (int mode, uint owner) = Fields(status);
        return owner != GetEUid() ? "belongs to another user"
            : (mode & WritableByOthers) != 0 ? "can be changed by other users"
            : null;
    }

    private static (int Mode, uint Owner)? Read(string path, bool followLinks)
    {
        var status = new byte[StatusLength];
        byte[] name = Encoding.UTF8.GetBytes(path + '\0');
        return (followLinks ? Stat(name, status) : LStat(name, status)) == 0 ? Fields(status) : null;
    }

    private static (int Mode, uint Owner) Fields(byte[] status) => (BitConverter.ToInt32(status, 4), BitConverter.ToUInt32(status, 8));

    // The library that .NET itself uses for files. The structures of the C library differ between platforms.
    [DllImport("libSystem.Native", EntryPoint = "SystemNative_Stat", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Stat(byte[] path, byte[] status);

    [DllImport("libSystem.Native", EntryPoint = "SystemNative_LStat", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int LStat(byte[] path, byte[] status);

    [DllImport("libSystem.Native", EntryPoint = "SystemNative_FStat", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FStat(SafeFileHandle file, byte[] status);

    [DllImport("libSystem.Native", EntryPoint = "SystemNative_GetEUid", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint GetEUid();
}
