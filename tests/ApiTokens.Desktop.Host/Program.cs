using System.Reflection;
using System.Runtime.CompilerServices;

namespace ApiTokens.Desktop.Host;

/// <summary>Loads the module's .NET Framework folder as Windows PowerShell would, and works with it.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length == 0)
        {
            Console.Error.WriteLine("Usage: ApiTokens.Desktop.Host MODULE [without-resolver]");
            return 2;
        }

        // What ApiTokens.psm1 does.
        string module = Path.GetFullPath(arguments[0]);
        Assembly cmdlets = Assembly.LoadFrom(Path.Combine(module, "lib", "netfx", "ApiTokens.PowerShell.dll"));
        if (!arguments.Contains("without-resolver"))
        {
            Type resolver = cmdlets.GetType("ApiTokens.PowerShell.DesktopAssemblies", throwOnError: true)!;
            resolver.GetMethod("Register")!.Invoke(null, null);
        }

        try
        {
            return Work(module);
        }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException or TypeLoadException or MissingMemberException or BadImageFormatException)
        {
            Console.WriteLine($"FAIL {e.GetType().Name}: {e.Message}");
            return 1;
        }
    }

    // Apart, as the method's types are looked for when it is compiled.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Work(string module) => Life.RunAsync(module).GetAwaiter().GetResult();
}
