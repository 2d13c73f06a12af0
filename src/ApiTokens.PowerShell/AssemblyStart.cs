using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ApiTokens.PowerShell;

/// <summary>Registers the load context of the library on PowerShell 7, before any other code of this assembly runs.</summary>
internal static class AssemblyStart
{
    // PowerShell loads this assembly, then creates the converter of the types file, and then reads the cmdlets, whose types need the
    // library. A nested module could also do this, but it makes the import 10 % slower. On Windows PowerShell, where this order is not
    // documented, a nested module is used.
#pragma warning disable CA2255 // The rule is for libraries that applications reference; this assembly is a module.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Run()
    {
        if (RuntimeInformation.FrameworkDescription.StartsWith(".NET Framework", StringComparison.Ordinal))
        {
            return;
        }

        // Load contexts are not part of .NET Standard, so a separate assembly uses them.
        string folder = Path.GetDirectoryName(typeof(AssemblyStart).Assembly.Location);
        Assembly.LoadFrom(Path.Combine(folder, "ApiTokens.Loader.dll"))
            .GetType("ApiTokens.Loader.ModuleLoadContext", throwOnError: true)
            .GetMethod("Register")
            .Invoke(null, [Path.Combine(folder, "dependencies")]);
    }
}
