using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ApiTokens;

/// <summary>Opens files that another process may be writing.</summary>
internal static class SharedFile
{
    // The values of .NET's own library; see FileTrust.
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x10;

    /// <summary>Opens a file for reading, also while a journal's writer has it open.</summary>
    public static FileStream OpenRead(string path)
    {
        // On Unix, a FileStream takes a lock, which the exclusive lock of a writer prevents.
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            IntPtr descriptor = Open(Encoding.UTF8.GetBytes(path + '\0'), ReadOnly | CloseOnExec, 0);
            if (descriptor != new IntPtr(-1))
            {
                return new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read);
            }
        }

        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    [DllImport("libSystem.Native", EntryPoint = "SystemNative_Open", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr Open(byte[] path, int flags, int mode);
}
