using System.Text.Json;

namespace ApiTokens.Build;

/// <summary>Asks the sources of packages for known vulnerabilities in what the projects use.</summary>
internal static class Vulnerabilities
{
    public static int Run()
    {
        if (Command.Ask("dotnet", "list", "ApiTokens.slnx", "package", "--vulnerable", "--include-transitive", "--format", "json") is not { } output)
        {
            Console.WriteLine("Vulnerable packages: not known, as 'dotnet list package --vulnerable' failed.");
            return 1;
        }

        using var report = JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..]);
        string[] sources = [.. report.RootElement.GetProperty("sources").EnumerateArray().Select(source => source.GetString()!)];
        if (!sources.Any(Knows))
        {
            // The command itself says "no vulnerable packages" then, which nobody knows.
            Console.WriteLine($"Vulnerable packages: not known, as {string.Join(", ", sources)} has no such information.");
            return 0;
        }

        string[] found =
        [
            .. report.RootElement.GetProperty("projects").EnumerateArray()
                .SelectMany(project => Children(project, "frameworks"))
                .SelectMany(framework => Children(framework, "topLevelPackages").Concat(Children(framework, "transitivePackages")))
                .SelectMany(package => Children(package, "vulnerabilities").Select(vulnerability =>
                    $"{package.GetProperty("id")} {package.GetProperty("resolvedVersion")}: {vulnerability.GetProperty("severity")}, {vulnerability.GetProperty("advisoryurl")}"))
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        Array.ForEach(found, Console.WriteLine);
        Console.WriteLine($"Vulnerable packages: {found.Length}");
        return found.Length == 0 ? 0 : 1;
    }

    private static bool Knows(string source)
    {
        if (!Uri.TryCreate(source, UriKind.Absolute, out Uri? address) || address.Scheme != Uri.UriSchemeHttps)
        {
            return false;
        }

        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        try
        {
            using var index = JsonDocument.Parse(client.GetStringAsync(address).GetAwaiter().GetResult());
            return Children(index.RootElement, "resources").Any(resource => resource.GetProperty("@type").ToString().StartsWith("VulnerabilityInfo/", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException)
        {
            return false;
        }
    }

    private static IEnumerable<JsonElement> Children(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement children) ? children.EnumerateArray() : [];
}
