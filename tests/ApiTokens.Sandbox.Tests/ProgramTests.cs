using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;

namespace ApiTokens.Sandbox.Tests;

/// <summary>The sandbox as a separate process.</summary>
public sealed class ProgramTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Start_PrintsDescriptionOfServicesAndEndsOnSignal()
    {
        using Process sandbox = Start("--tokens", "10", "--gcore-token-limit", "8");
        string line = (await sandbox.StandardOutput.ReadLineAsync())!;
        JsonNode services = JsonNode.Parse(line)!["services"]!;
        using var http = new HttpClient();

        foreach ((string name, string path) in new[]
        {
            ("devo", "/ws/accounts/example-domain/credentials/tokens"), ("wegnology", "/me"), ("gcore", "/iam/clients/me"),
            ("application-users", "/sites/example-site/me"),
        })
        {
            JsonNode service = services[name]!;
            string scheme = name == "gcore" ? "APIKey" : "Bearer";
            var client = new Client(http, new Uri(service["baseUri"]!.GetValue<string>()), $"{scheme} {service["secret"]}");
            (await client.GetAsync(path)).Expect(HttpStatusCode.OK);
        }

        Assert.Equal("example-domain", services["devo"]!["account"]!.GetValue<string>());
        Assert.Equal("user/575ed70c7ae143cd83dc4aa9", services["wegnology"]!["account"]!.GetValue<string>());
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

        await sandbox.WaitForExitAsync().WaitAsync(Timeout);
        Assert.Equal(0, sandbox.ExitCode);
        Assert.Equal("", await sandbox.StandardOutput.ReadToEndAsync());
        Assert.Equal("", await sandbox.StandardError.ReadToEndAsync());
    }

    [Fact]
    public async Task Start_Rate_LimitsRequests()
    {
        using Process sandbox = Start("--rate", "1", "--rate-window", "sliding", "--rate-headers", "ietf");
        string line = (await sandbox.StandardOutput.ReadLineAsync())!;
        using var http = new HttpClient();
        var devo = new Client(http, new Uri(JsonNode.Parse(line)!["services"]!["devo"]!["baseUri"]!.GetValue<string>()), null);

        var statuses = new List<HttpStatusCode>();
        for (int i = 0; i < 20; i++)
        {
            statuses.Add((await devo.GetAsync("/ws/accounts/example-domain/credentials/tokens")).Status);
        }

        sandbox.Kill();
        Assert.Equal(HttpStatusCode.Unauthorized, statuses[0]);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }

    [Fact]
    public async Task Start_Https_PrintsCertificateAndDeletesItAtTheEnd()
    {
        using Process sandbox = Start("--https");
        JsonNode ready = JsonNode.Parse((await sandbox.StandardOutput.ReadLineAsync())!)!;
        string path = ready["certificateFile"]!.GetValue<string>();
        Assert.StartsWith("https://127.0.0.1:", ready["services"]!["devo"]!["baseUri"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.True(File.Exists(path));
        if (OperatingSystem.IsWindows())
        {
            sandbox.Kill();
            File.Delete(path);
            return;
        }

        using Process kill = Process.Start("kill", ["-TERM", $"{sandbox.Id}"]);
        await sandbox.WaitForExitAsync().WaitAsync(Timeout);

        Assert.Equal(0, sandbox.ExitCode);
        Assert.False(File.Exists(path));
        Assert.Equal("", await sandbox.StandardError.ReadToEndAsync());
    }

    [Fact]
    public async Task Parent_Ends_SandboxEnds()
    {
        using Process parent = Start();
        using Process sandbox = Start("--parent", $"{parent.Id}");
        Assert.NotNull(await sandbox.StandardOutput.ReadLineAsync());
        Assert.False(sandbox.HasExited);

        parent.Kill();

        await parent.WaitForExitAsync();
        await sandbox.WaitForExitAsync().WaitAsync(Timeout);
        Assert.Equal(0, sandbox.ExitCode);
    }

    [Fact]
    public async Task Interrupt_SandboxWithParent_GoesOn()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using Process parent = Start();
        using Process sandbox = Start("--parent", $"{parent.Id}");
        string line = (await sandbox.StandardOutput.ReadLineAsync())!;

        using Process kill = Process.Start("kill", ["-INT", $"{sandbox.Id}"]);
        await kill.WaitForExitAsync();
        await Task.Delay(500);

        Assert.False(sandbox.HasExited);
        using var http = new HttpClient();
        string devo = JsonNode.Parse(line)!["services"]!["devo"]!["baseUri"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(devo))).StatusCode);
        sandbox.Kill();
        parent.Kill();
    }

    [Fact]
    public async Task Parent_AlreadyEnded_SandboxDoesNotStart()
    {
        using Process parent = Start("--help");
        await parent.StandardOutput.ReadToEndAsync();
        await parent.WaitForExitAsync();

        using Process sandbox = Start("--parent", $"{parent.Id}");

        await sandbox.WaitForExitAsync().WaitAsync(Timeout);
        Assert.Equal("", await sandbox.StandardOutput.ReadToEndAsync());
        Assert.Equal(0, sandbox.ExitCode);
    }

    [Theory]
    [InlineData("--urls", "http://0.0.0.0:0")]
    [InlineData("--tokens", "-1")]
    [InlineData("--tokens", "many")]
    [InlineData("--rate", "-1")]
    [InlineData("--rate-window", "hourly")]
    [InlineData("--rate-headers", "all")]
    [InlineData("--database", "/")]
    [InlineData("--unknown", "1")]
    public async Task Start_InvalidArgument_Fails(params string[] arguments)
    {
        using Process sandbox = Start(arguments);

        await sandbox.WaitForExitAsync().WaitAsync(Timeout);
        Assert.NotEqual(0, sandbox.ExitCode);
        Assert.DoesNotContain("services", await sandbox.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.NotEqual("", await sandbox.StandardError.ReadToEndAsync());
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://127.0.0.1:0;http://0.0.0.0:0")]
    public async Task Start_RemoteAddress_FailsAndSuggestsAllowRemote(string urls)
    {
        using Process sandbox = Start("--urls", urls);

        await sandbox.WaitForExitAsync().WaitAsync(Timeout);
        Assert.Equal(1, sandbox.ExitCode);
        Assert.Contains("--allow-remote", await sandbox.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0", true)]
    [InlineData("http://127.0.0.1:0", false)]
    public async Task Start_AllowRemote_ListensAndWarnsIfReachable(string urls, bool warns)
    {
        using Process sandbox = Start("--urls", urls, "--allow-remote");
        string line = (await sandbox.StandardOutput.ReadLineAsync().WaitAsync(Timeout))!;
        var devo = new Uri(JsonNode.Parse(line)!["services"]!["devo"]!["baseUri"]!.GetValue<string>());
        using var http = new HttpClient();
        using HttpResponseMessage response = await http.GetAsync(
            new UriBuilder(devo) { Host = "127.0.0.1", Path = "/devo/ws/accounts/example-domain/credentials/tokens" }.Uri);

        sandbox.Kill();
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(warns, (await sandbox.StandardError.ReadToEndAsync()).StartsWith("WARNING: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Database_AnyUmask_IsReadableOnlyByOwner()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string folder = Directory.CreateTempSubdirectory("sandbox-").FullName;
        try
        {
            string program = typeof(SandboxServer).Assembly.Location;
            using Process sandbox = Process.Start(
                new ProcessStartInfo(
                    "sh", ["-c", $"umask 000; exec dotnet '{program}' --database '{folder}/data.db'"])
                { RedirectStandardOutput = true })!;
            Assert.NotNull(await sandbox.StandardOutput.ReadLineAsync().WaitAsync(Timeout));

            string[] files = Directory.GetFiles(folder);
            foreach (string file in files)
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }

            Assert.Contains(files, file => file.EndsWith("data.db", StringComparison.Ordinal));
            sandbox.Kill();
            await sandbox.WaitForExitAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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
