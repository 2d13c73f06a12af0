using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;

namespace ApiTokens.Sandbox.Tests;

/// <summary>The sandbox as a process of its own.</summary>
public sealed class ProgramTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task It_prints_one_line_that_describes_the_services_and_ends_on_a_signal()
    {
        using Process sandbox = Start("--tokens", "10", "--gcore-token-limit", "8");
        string line = (await sandbox.StandardOutput.ReadLineAsync())!;
        JsonNode services = JsonNode.Parse(line)!["services"]!;
        using var http = new HttpClient();

        Assert.Equal(["devo", "wegnology", "gcore", "application-users"], services.AsObject().Select(service => service.Key));
        foreach ((string name, string path) in new[]
        {
            ("devo", "/whoami"), ("wegnology", "/me"), ("gcore", "/iam/clients/me"), ("application-users", "/sites/example-site/me"),
        })
        {
            JsonNode service = services[name]!;
            string scheme = name == "gcore" ? "APIKey" : "Bearer";
            var client = new Client(http, new Uri(service["baseUri"]!.GetValue<string>()), $"{scheme} {service["secret"]}");
            (await client.GetAsync(path)).Expect(HttpStatusCode.OK);
        }

        Assert.Equal("example-domain", services["devo"]!["account"]!.GetValue<string>());
        Assert.Equal("user", services["wegnology"]!["account"]!.GetValue<string>());
        Assert.Equal("1001", services["gcore"]!["account"]!.GetValue<string>());
        Assert.Equal("example-site", services["application-users"]!["account"]!.GetValue<string>());
        Assert.Matches("^[0-9a-f]{24}$", services["wegnology"]!["applications"]![0]!.GetValue<string>());
        Assert.Matches("^[0-9a-f]{24}$", services["wegnology"]!["instances"]![0]!.GetValue<string>());
        Assert.NotNull(services["gcore"]!["password"]);

        if (OperatingSystem.IsWindows())
        {
            sandbox.Kill();
            return;
        }

        using (Process kill = Process.Start("kill", ["-TERM", $"{sandbox.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await sandbox.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, sandbox.ExitCode);
        Assert.Equal("", await sandbox.StandardOutput.ReadToEndAsync());
        Assert.Equal("", await sandbox.StandardError.ReadToEndAsync());
    }

    [Fact]
    public async Task Its_rate_is_limited_on_demand()
    {
        using Process sandbox = Start("--rate", "1");
        string line = (await sandbox.StandardOutput.ReadLineAsync())!;
        using var http = new HttpClient();
        var devo = new Client(http, new Uri(JsonNode.Parse(line)!["services"]!["devo"]!["baseUri"]!.GetValue<string>()), null);

        var statuses = new List<HttpStatusCode>();
        for (int i = 0; i < 20; i++)
        {
            statuses.Add((await devo.GetAsync("/whoami")).Status);
        }

        sandbox.Kill();
        Assert.Equal(HttpStatusCode.Unauthorized, statuses[0]);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }

    [Fact]
    public async Task It_ends_with_its_parent()
    {
        using Process parent = Start();
        using Process sandbox = Start("--parent", $"{parent.Id}");
        Assert.NotNull(await sandbox.StandardOutput.ReadLineAsync());
        Assert.False(sandbox.HasExited);

        parent.Kill();

        await parent.WaitForExitAsync();
        await sandbox.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, sandbox.ExitCode);
    }

    [Fact]
    public async Task It_does_not_start_without_its_parent()
    {
        using Process parent = Start("--help");
        await parent.StandardOutput.ReadToEndAsync();
        await parent.WaitForExitAsync();

        using Process sandbox = Start("--parent", $"{parent.Id}");

        await sandbox.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal("", await sandbox.StandardOutput.ReadToEndAsync());
        Assert.Equal(0, sandbox.ExitCode);
    }

    [Theory]
    [InlineData("--urls", "http://0.0.0.0:0")]
    [InlineData("--tokens", "-1")]
    [InlineData("--tokens", "many")]
    [InlineData("--rate", "-1")]
    [InlineData("--database", "/")]
    [InlineData("--unknown", "1")]
    public async Task It_refuses_wrong_arguments(params string[] arguments)
    {
        using Process sandbox = Start(arguments);

        await sandbox.WaitForExitAsync().WaitAsync(Patience);
        Assert.NotEqual(0, sandbox.ExitCode);
        Assert.DoesNotContain("services", await sandbox.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.NotEqual("", await sandbox.StandardError.ReadToEndAsync());
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(SandboxServer).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }
}
