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

        // What Windows PowerShell does with the manifest's nested module and its root module.
        string module = Path.GetFullPath(arguments[0]);
        string folder = Path.Combine(module, "lib", "netfx");
        if (!arguments.Contains("without-resolver"))
        {
            Type resolver = Assembly.LoadFrom(Path.Combine(folder, "ApiTokens.Loader.dll")).GetType("ApiTokens.Loader.DesktopResolver", throwOnError: true)!;
            resolver.GetMethod("Register")!.Invoke(null, [folder]);
        }

        Assembly.LoadFrom(Path.Combine(folder, "ApiTokens.PowerShell.dll"));

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
