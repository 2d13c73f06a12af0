using System.ComponentModel;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ApiTokens;

/// <summary>
/// Creates files that only their owner can read, from the first byte. .NET Standard has no API for this, so it calls Windows in
/// both editions, and .NET 7 or later on other platforms.
/// </summary>
public static class OwnerOnlyFile
{
    // Full access for the owner only, without inherited permissions.
    private const string OwnerOnly = "D:P(A;;FA;;;OW)";

    private const uint GenericRead = 0x80000000;
    private const uint GenericWrite = 0x40000000;
    private const uint CreateNew = 1;
    private const uint ReplaceExisting = 1;
    private const uint WriteThrough = 8;

    /// <summary>Writes a file that only its owner can read. An incomplete file is never visible.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="content">The content.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, byte[] content, bool overwrite)
    {
        string folder = Path.GetDirectoryName(path);
        string temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (FileStream file = Create(temporary))
            {
                file.Write(content, 0, content.Length);
                file.Flush(flushToDisk: true);
            }

            Move(temporary, path, overwrite);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Creates a file that does not exist, for reading and writing.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="share">What others may do with the file while it is open.</param>
    /// <returns>The file, without a buffer.</returns>
    /// <exception cref="IOException">The file exists, or cannot be created.</exception>
    public static FileStream Create(string path, FileShare share = FileShare.None) =>
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? CreateOnWindows(path, share) : CreateOnUnix(path, share);

    private static FileStream CreateOnUnix(string path, FileShare share)
    {
        Type type = typeof(FileStream).Assembly.GetType("System.IO.FileStreamOptions", throwOnError: true);
        object options = Activator.CreateInstance(type);
        Set("Mode", FileMode.CreateNew);
        Set("Access", FileAccess.ReadWrite);
        Set("Share", share);
        Set("BufferSize", 0);
        PropertyInfo mode = type.GetProperty("UnixCreateMode");
        mode.SetValue(options, Enum.ToObject(Nullable.GetUnderlyingType(mode.PropertyType), 0b110_000_000));
        try
        {
            return (FileStream)Activator.CreateInstance(typeof(FileStream), path, options);
        }
        catch (TargetInvocationException e)
        {
            throw e.InnerException;
        }

        void Set(string property, object value) => type.GetProperty(property).SetValue(options, value);
    }

    private static FileStream CreateOnWindows(string path, FileShare share)
    {
        if (!ConvertStringSecurityDescriptorToSecurityDescriptor(OwnerOnly, 1, out IntPtr descriptor, IntPtr.Zero))
        {
            throw LastError();
        }

        try
        {
            var attributes = new SecurityAttributes { Length = Marshal.SizeOf<SecurityAttributes>(), Descriptor = descriptor };
            SafeFileHandle handle = CreateFile(
                path, GenericRead | GenericWrite, (uint)share, ref attributes, CreateNew, 0, IntPtr.Zero);
            return handle.IsInvalid ? throw LastError() : new FileStream(handle, FileAccess.ReadWrite, bufferSize: 1);
        }
        finally
        {
            LocalFree(descriptor);
        }
    }

    // The new file must not inherit the permissions of the file that it replaces, as File.Replace would do on Windows.
    private static void Move(string from, string to, bool overwrite)
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            if (!MoveFileEx(from, to, WriteThrough | (overwrite ? ReplaceExisting : 0)))
            {
                throw LastError();
            }
        }
        else if (overwrite && File.Exists(to))
        {
            File.Replace(from, to, destinationBackupFileName: null);
        }
        else
        {
            File.Move(from, to);
        }
    }

    private static IOException LastError()
    {
        var error = new Win32Exception(Marshal.GetLastWin32Error());
        return new IOException(error.Message, error);
    }

    [DllImport(
        "advapi32.dll",
        EntryPoint = "ConvertStringSecurityDescriptorToSecurityDescriptorW",
        CharSet = CharSet.Unicode,
        SetLastError = true,
        ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool ConvertStringSecurityDescriptorToSecurityDescriptor(
        string text, uint revision, out IntPtr descriptor, IntPtr size);

    [DllImport("kernel32.dll", EntryPoint = "CreateFileW", CharSet = CharSet.Unicode, SetLastError = true, ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern SafeFileHandle CreateFile(
        string path, uint access, uint share, ref SecurityAttributes attributes, uint disposition, uint flags, IntPtr template);

    [DllImport("kernel32.dll", EntryPoint = "MoveFileExW", CharSet = CharSet.Unicode, SetLastError = true, ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool MoveFileEx(string from, string to, uint flags);

    [DllImport("kernel32.dll", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr LocalFree(IntPtr memory);

    [StructLayout(LayoutKind.Sequential)]
    private struct SecurityAttributes
    {
        public int Length;
        public IntPtr Descriptor;
        public int InheritHandle;
    }
}
