// Members that the tests use and .NET Framework does not have.
namespace ApiTokens.Core.Tests;

internal static class Polyfills
{
    extension(DateTimeOffset)
    {
        public static DateTimeOffset UnixEpoch => new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }

    extension(OperatingSystem)
    {
        public static bool IsWindows() => Environment.OSVersion.Platform == PlatformID.Win32NT;
    }

    extension(ValueTask)
    {
        public static ValueTask CompletedTask => default;
    }
}
