using ApiTokens.Services;

namespace ApiTokens.Desktop.Host;

/// <summary>Creates, lists and removes a token of each service, over HTTP.</summary>
internal static class TokenLifecycle
{
    private static int _failures;

    public static async Task<int> RunAsync(string module)
    {
        using var sandbox = new Sandbox(module);
        foreach (ConnectionRequest service in sandbox.Services)
        {
            TokenConnection connection = await TokenConnection.ConnectAsync(service, CancellationToken.None).ConfigureAwait(false);
            await TestConnectionAsync(connection).ConfigureAwait(false);
        }

        CheckAssemblies(Path.Combine(module, "lib", "netfx"));
        return _failures == 0 ? 0 : 1;
    }

    private static async Task TestConnectionAsync(TokenConnection connection)
    {
        ITokenService tokens = connection.Tokens;
        string name = $"desktop-{connection.Name}";
        IssuedToken issued = await tokens.CreateAsync(Request(connection.Name, name), CancellationToken.None).ConfigureAwait(false);
        Check(issued.GetSecret().Length > 0, $"{connection.Name}: issued with a secret");

        int listed = 0;
        bool found = false;
        await foreach (ApiToken token in tokens.ListAsync(TokenFilter.Existing, CancellationToken.None).ConfigureAwait(false))
        {
            listed++;
            found |= token.Id == issued.Id && token.Name == name;
        }

        Check(found, $"{connection.Name}: found in a list of {listed}");
        await tokens.RemoveAsync(issued.Id, CancellationToken.None).ConfigureAwait(false);
        string status;
        try
        {
            status = (await tokens.GetAsync(issued.Id, CancellationToken.None).ConfigureAwait(false)).Status.ToString();
        }
        catch (ApiTokenException e)
        {
            status = e.ErrorId;
        }

        Check(status is "Revoked" or "ObjectNotFound", $"{connection.Name}: removed ({status})");
    }

    private static NewTokenRequest Request(string service, string name) => service switch
    {
        "devo" => new() { Name = name, User = "ci@example.com", Audience = ["apiv2"], Scope = ["table://my.app.**", "level://admin"] },
        "wegnology" => new() { Name = name, Scope = ["ReadOnly"], Expiry = TokenExpiry.AfterDuration(TimeSpan.FromDays(90)) },
        "gcore" => new() { Name = name, Role = "Engineers", Expiry = TokenExpiry.AfterDuration(TimeSpan.FromDays(90)) },
        _ => new() { Name = name, User = "jdoe", ApplyToAll = AccessLevel.Read },
    };

    // The assemblies of the module must be loaded from its folder, whatever version was requested.
    private static void CheckAssemblies(string folder)
    {
        string[] own = [.. Directory.GetFiles(folder, "*.dll").Select(Path.GetFileNameWithoutExtension)!];
        int loaded = 0;
        foreach (
            System.Reflection.Assembly assembly in AppDomain.CurrentDomain.GetAssemblies()
                .Where(assembly => !assembly.IsDynamic && own.Contains(assembly.GetName().Name)))
        {
            loaded++;
            bool fromFolder = string.Equals(Path.GetDirectoryName(assembly.Location), folder, StringComparison.OrdinalIgnoreCase);
            if (!fromFolder)
            {
                // .NET Framework and Mono include some of them.
                Console.WriteLine($"     {assembly.GetName().Name} {assembly.GetName().Version} came from {assembly.Location}");
            }

            if (assembly.GetName().Name is "ApiTokens.Core" or "Polly.Core" or "System.Text.Json" or "Microsoft.Extensions.Http")
            {
                Check(fromFolder, $"{assembly.GetName().Name} {assembly.GetName().Version} came from the module");
            }
        }

        Check(loaded > 10, $"{loaded} of {own.Length} assemblies of the module's folder were loaded");
    }

    private static void Check(bool condition, string what)
    {
        Console.WriteLine($"{(condition ? "ok  " : "FAIL")} {what}");
        _failures += condition ? 0 : 1;
    }
}
