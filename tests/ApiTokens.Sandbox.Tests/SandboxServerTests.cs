using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace ApiTokens.Sandbox.Tests;

public sealed class SandboxServerTests : IDisposable
{
    private const string GcoreTokens = "/iam/v2/clients/1001/tokens";
    private const string UserTokens = "/sites/example-site/tokens";

    private readonly HttpClient _http = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("sandbox").FullName;

    private string DatabasePath => Path.Combine(_folder, "sandbox.db");

    public void Dispose()
    {
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Start_SeveralInOneProcess_AreIndependent()
    {
        await using SandboxServer one = await SandboxServer.StartAsync(new SandboxOptions());
        await using SandboxServer other = await SandboxServer.StartAsync(new SandboxOptions());
        Client ofOne = Administrator(one, "wegnology");

        await ofOne.PostAsync("/me/tokens", """{"name":"n"}""");

        Assert.NotEqual(one.BaseAddress, other.BaseAddress);
        Assert.Equal(7, (await ofOne.GetAsync("/me/tokens"))["totalCount"]!.GetValue<int>());
        Assert.Equal(6, (await Administrator(other, "wegnology").GetAsync("/me/tokens"))["totalCount"]!.GetValue<int>());
        var crossed = new Client(
            _http, other.Description.Services["wegnology"].BaseUri, $"Bearer {one.Description.Services["wegnology"].Secret}");
        (await crossed.GetAsync("/me")).Expect(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Database_Reopened_KeepsTokensAndReplacesAdministratorSecrets()
    {
        var options = new SandboxOptions { DatabasePath = DatabasePath };
        string user, gcore, devo, devoId, wegnology, oldSecret;
        await using (SandboxServer first = await SandboxServer.StartAsync(options))
        {
            oldSecret = first.Description.Services["gcore"].Secret;
            user = (await Administrator(first, "application-users").PostAsync("/sites/example-site/users/jdoe/tokens", "{}"))
                .Text("secret");
            gcore = (await Administrator(first, "gcore").PostAsync(GcoreTokens, """{"name":"n","exp_date":null,"client_user":{}}"""))
                .Text("token");
            wegnology = (await Administrator(first, "wegnology").PostAsync("/me/tokens", """{"name":"n"}""")).Text("token");
            Response created = await Administrator(first, "devo").PostAsync(
                "/ws/accounts/example-domain/credentials/tokens", """{"name":"n","user":"admin@example.com","audience":"http"}""");
            (devo, devoId) = (created.Text("token"), created.Id);
        }

        await using SandboxServer second = await SandboxServer.StartAsync(options);

        (await Administrator(second, "gcore").With($"APIKey {oldSecret}").GetAsync(GcoreTokens)).Expect(HttpStatusCode.Unauthorized);
        (await Administrator(second, "gcore").With($"APIKey {gcore}").GetAsync(GcoreTokens)).Expect(HttpStatusCode.OK);
        (await Administrator(second, "wegnology").With($"Bearer {wegnology}").GetAsync("/me")).Expect(HttpStatusCode.OK);
        (await Administrator(second, "application-users").With($"Bearer {user}").GetAsync("/sites/example-site/me"))
            .Expect(HttpStatusCode.OK);
        (await Administrator(second, "devo").GetUserAsync("user@example.com", devo)).Expect(HttpStatusCode.OK);
        foreach ((string name, string path, int count) in new[]
        {
            ("devo", "/ws/accounts/example-domain/credentials/tokens", 7), ("wegnology", "/me/tokens", 7), ("gcore", GcoreTokens, 8),
            ("application-users", UserTokens, 8),
        })
        {
            Assert.Equal(count, (await Administrator(second, name).GetAsync(path)).Expect(HttpStatusCode.OK).Items.Count);
        }

        // Devo shows values again.
        Assert.Equal(
            devo, (await Administrator(second, "devo").GetAsync($"/ws/accounts/example-domain/credentials/tokens/{devoId}")).Text("token"));
    }

    [Fact]
    public async Task Database_RemovedAdministrator_IsRestoredOnStart()
    {
        var options = new SandboxOptions { DatabasePath = DatabasePath };
        await using (SandboxServer first = await SandboxServer.StartAsync(options))
        {
            await Administrator(first, "devo").DeleteAsync("/ws/accounts/example-domain/credentials/tokens/1");
            await Administrator(first, "wegnology").DeleteAsync("/me/tokens/5e00000000000000000000ff");
            await Administrator(first, "gcore").DeleteAsync($"{GcoreTokens}/7001");
            await Administrator(first, "application-users").PostAsync($"{UserTokens}/at_00000000000000000adm/revoke");
            (await Administrator(first, "application-users").GetAsync(UserTokens)).Expect(HttpStatusCode.Unauthorized);
        }

        await using SandboxServer second = await SandboxServer.StartAsync(options);

        (await Administrator(second, "devo").GetAsync("/ws/accounts/example-domain/credentials/tokens")).Expect(HttpStatusCode.OK);
        (await Administrator(second, "wegnology").GetAsync("/me")).Expect(HttpStatusCode.OK);
        (await Administrator(second, "gcore").GetAsync("/iam/clients/me")).Expect(HttpStatusCode.OK);
        (await Administrator(second, "application-users").GetAsync(UserTokens)).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Database_GcoreSecretIssuedByV1_StillAuthenticates()
    {
        var options = new SandboxOptions { DatabasePath = DatabasePath };
        await using SandboxServer server = await SandboxServer.StartAsync(options);
        const string Secret = "7002$61b8e1e7a68c61b8e1e7a68c61b8e1e7a68c61b8";
        await using (var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False"))
        {
            await connection.OpenAsync();
            SqliteCommand command = connection.CreateCommand();
            command.CommandText = "UPDATE gcore_tokens SET secret_hash = $hash WHERE id = 7002";
            command.Parameters.AddWithValue("$hash", SHA256.HashData(Encoding.UTF8.GetBytes(Secret)));
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        }

        Client user = new(_http, server.Description.Services["gcore"].BaseUri, $"APIKey {Secret}");

        (await user.GetAsync("/iam/clients/me")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Database_ContainsNoSecret()
    {
        var secrets = new List<string>();
        await using (SandboxServer server = await SandboxServer.StartAsync(new SandboxOptions { DatabasePath = DatabasePath }))
        {
            secrets.AddRange(
                server.Description.Services.Values.SelectMany(service => new[] { service.Secret, service.Password }).OfType<string>());
            secrets.Add((await Administrator(server, "devo").PostAsync(
                "/ws/accounts/example-domain/credentials/tokens", """{"name":"canary","user":"ci@example.com","audience":"http"}"""))
                    .Text("token"));
            secrets.Add((await Administrator(server, "devo").GetAsync("/ws/accounts/example-domain/credentials/tokens/2")).Text("token"));
            secrets.Add((await Administrator(server, "wegnology").PostAsync("/me/tokens", """{"name":"n"}""")).Text("token"));
            secrets.Add(
                (await Administrator(server, "gcore").PostAsync(GcoreTokens, """{"name":"n","exp_date":null,"client_user":{}}"""))
                    .Text("token"));
            secrets.Add(
                (await Administrator(server, "application-users").PostAsync("/sites/example-site/users/jdoe/tokens", "{}")).Text("secret"));
            secrets.Add(
                (await Administrator(server, "application-users").PostAsync($"{UserTokens}/at_payrollexport0000001/regenerate"))
                    .Text("secret"));
            Search();
        }

        Search();

        void Search()
        {
            string[] files = [.. Directory.GetFiles(_folder).Select(file => Path.GetFileName(file)).Order()];
            Assert.Contains("sandbox.db.key", files);
            byte[] content = [.. Directory.GetFiles(_folder).SelectMany(ReadShared)];
            Assert.True(content.AsSpan().IndexOf("canary"u8) >= 0);
            foreach (string secret in secrets)
            {
                // The second half of a secret contains no id.
                Assert.Equal(-1, content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret[(secret.Length / 2)..])));
            }
        }
    }

    [Fact]
    public async Task Tokens_Generated_AreAddedAndPaged()
    {
        var options = new SandboxOptions { Tokens = 2_500, DatabasePath = DatabasePath };
        await using (SandboxServer server = await SandboxServer.StartAsync(options))
        {
            Assert.Equal(
                2_506, (await Administrator(server, "devo").GetAsync("/ws/accounts/example-domain/credentials/tokens")).Items.Count);
            Assert.Equal(2_507, (await Administrator(server, "gcore").GetAsync(GcoreTokens)).Items.Count);
            var names = new List<string?>();
            for (int page = 0; page < 3; page++)
            {
                Response response = await Administrator(server, "wegnology").GetAsync($"/me/tokens?perPage=1000&page={page}");
                names.AddRange(response.Items.Select(item => item!["name"]!.GetValue<string>()));
            }

            Assert.Equal(2_506, names.Distinct().Count());
            var ids = new HashSet<string>();
            for (int page = 1; page <= 3; page++)
            {
                Response response = await Administrator(server, "application-users")
                    .GetAsync($"{UserTokens}?pageSize=1000&pageNumber={page}");
                ids.UnionWith(response.Items.Select(item => item!["id"]!.GetValue<string>()));
            }

            Assert.Equal(2_507, ids.Count);

            // The limit of active tokens is raised accordingly.
            (await Administrator(server, "gcore").PostAsync(GcoreTokens, """{"name":"n","exp_date":null,"client_user":{}}"""))
                .Expect(HttpStatusCode.OK);
        }

        await using SandboxServer reopened = await SandboxServer.StartAsync(options);
        Assert.Equal(2_506, (await Administrator(reopened, "devo").GetAsync("/ws/accounts/example-domain/credentials/tokens")).Items.Count);
    }

    [Fact]
    public async Task Latency_DelaysEveryResponse()
    {
        await using SandboxServer server = await SandboxServer.StartAsync(new SandboxOptions { Latency = TimeSpan.FromMilliseconds(200) });
        var watch = Stopwatch.StartNew();

        await Administrator(server, "devo").GetAsync("/ws/accounts/example-domain/credentials/tokens");

        Assert.True(watch.ElapsedMilliseconds >= 190);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://example.com:80")]
    [InlineData("http://127.0.0.1:0;http://10.0.0.1:0")]
    [InlineData("https://127.0.0.1:0")]
    [InlineData("http://*:0")]
    [InlineData("")]
    public async Task Start_AddressIsNotLoopback_Throws(string urls) =>
        await Assert.ThrowsAsync<ArgumentException>(() => SandboxServer.StartAsync(new SandboxOptions { Urls = urls }));

    [Theory]
    [InlineData("http://localhost:0")]
    [InlineData("http://[::1]:0")]
    [InlineData("http://127.0.0.2:0;http://127.0.0.1:0")]
    public async Task Start_AnyLoopbackAddress_Listens(string urls)
    {
        await using SandboxServer server = await SandboxServer.StartAsync(new SandboxOptions { Urls = urls });

        (await Administrator(server, "devo").GetAsync("/ws/accounts/example-domain/credentials/tokens")).Expect(HttpStatusCode.OK);
    }

    private Client Administrator(SandboxServer server, string name)
    {
        ServiceDescription service = server.Description.Services[name];
        return new Client(_http, service.BaseUri, $"{(name == "gcore" ? "APIKey" : "Bearer")} {service.Secret}");
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return bytes.ToArray();
    }
}
