namespace ApiTokens.PowerShell.Tests.Support;

/// <summary>The locations of the repository and the module.</summary>
public static class Repository
{
    /// <summary>The folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder of the module under test: APITOKENS_MODULE, or the output of ./build.sh build.</summary>
    public static string Module { get; } = FindModule();

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ApiTokens.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("ApiTokens.slnx was not found above the tests.");
    }

    private static string FindModule()
    {
        string module = Environment.GetEnvironmentVariable("APITOKENS_MODULE") is { Length: > 0 } named
            ? named
            : Path.Combine(Root, "out", "ApiTokens");
        return File.Exists(Path.Combine(module, "ApiTokens.psd1"))
            ? module
            : throw new InvalidOperationException($"There is no module in {module}. Run ./build.sh build first.");
    }
}
