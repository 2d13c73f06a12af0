namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>A test that needs the device files of Unix, such as /dev/zero.</summary>
public sealed class DeviceFileFactAttribute : FactAttribute
{
    public DeviceFileFactAttribute()
    {
        Skip = DeviceFiles.Missing;
    }
}

/// <summary>A theory that needs the device files of Unix.</summary>
public sealed class DeviceFileTheoryAttribute : TheoryAttribute
{
    public DeviceFileTheoryAttribute()
    {
        Skip = DeviceFiles.Missing;
    }
}

/// <summary>A test that needs Linux and a user other than root, who cannot write to a read-only file.</summary>
public sealed class OrdinaryUserFactAttribute : FactAttribute
{
    public OrdinaryUserFactAttribute()
    {
        Skip = OperatingSystem.IsLinux() && !Environment.IsPrivilegedProcess ? null : "It needs Linux and a user other than root.";
    }
}

internal static class DeviceFiles
{
    public static string? Missing => File.Exists("/dev/full") && File.Exists("/dev/zero") ? null : "There is no /dev/full or /dev/zero.";
}
