using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ApiTokens.PowerShell;

/// <summary>Sets up where the library comes from, on PowerShell 7, before any code of this assembly runs.</summary>
internal static class AssemblyStart
{
    // PowerShell loads this assembly, then creates the converter that the types file names, and only then looks at the
    // cmdlets, whose types need the library. A nested module could do the same in time, and adds a tenth to the import; on
    // Windows PowerShell, where that order is not documented, it does.
#pragma warning disable CA2255 // The rule is about libraries that applications reference; this one is a module.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Run()
    {
        if (RuntimeInformation.FrameworkDescription.StartsWith(".NET Framework", StringComparison.Ordinal))
        {
            return;
        }

        // Load contexts are not in .NET Standard, so what uses them is an assembly of its own.
        string folder = Path.GetDirectoryName(typeof(AssemblyStart).Assembly.Location);
        Assembly.LoadFrom(Path.Combine(folder, "ApiTokens.Loader.dll"))
            .GetType("ApiTokens.Loader.ModuleLoadContext", throwOnError: true)
            .GetMethod("Register")
            .Invoke(null, [Path.Combine(folder, "dependencies")]);
    }
}
