using System.Reflection;
using System.Runtime.CompilerServices;

namespace ApiTokens.Desktop.Host;

/// <summary>Loads the module's .NET Framework folder as Windows PowerShell does, and uses it.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length == 0)
        {
            Console.Error.WriteLine("Usage: ApiTokens.Desktop.Host MODULE [without-resolver]");
            return 2;
        }

        // As Windows PowerShell does with the nested module and the root module of the manifest.
        string module = Path.GetFullPath(arguments[0]);
        string folder = Path.Combine(module, "lib", "netfx");
        if (!arguments.Contains("without-resolver"))
        {
            Type resolver = Assembly.LoadFrom(Path.Combine(folder, "ApiTokens.Loader.dll"))
                .GetType("ApiTokens.Loader.DesktopResolver", throwOnError: true)!;
            resolver.GetMethod("Register")!.Invoke(null, [folder]);
        }

        Assembly.LoadFrom(Path.Combine(folder, "ApiTokens.PowerShell.dll"));

        try
        {
            return Work(module);
        }
        catch (Exception e) when (
            e is FileNotFoundException or FileLoadException or TypeLoadException or MissingMemberException or BadImageFormatException)
        {
            Console.WriteLine($"FAIL {e.GetType().Name}: {e.Message}");
            return 1;
        }
    }

    // In a separate method, because its types are resolved when it is compiled.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Work(string module) => TokenLifecycle.RunAsync(module).GetAwaiter().GetResult();
}
