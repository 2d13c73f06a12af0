using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace ApiTokens.Sandbox.Tests;

/// <summary>Secrets that Devo shows again: encrypted in the database, with a key in a file next to it.</summary>
public sealed class SecretStorageTests : IDisposable
{
    private const string Tokens = "/ws/accounts/example-domain/credentials/tokens";

    private readonly HttpClient _http = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("sandbox").FullName;

    private string DatabasePath => Path.Combine(_folder, "sandbox.db");

    private string KeyPath => DatabasePath + ".key";

    private SandboxOptions Options => new() { DatabasePath = DatabasePath };

    public void Dispose()
    {
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Get_SeededAndGeneratedTokens_ShowsTheSameWorkingValueAfterRestart()
    {
        var values = new Dictionary<string, string>();
        await using (SandboxServer first = await SandboxServer.StartAsync(Options with { Tokens = 20 }))
        {
            foreach (string id in new[] { "2", "6", "7", "26" })
            {
                values[id] = (await Admin(first).GetAsync($"{Tokens}/{id}")).Expect(HttpStatusCode.OK).Text("token");
            }
        }

        Assert.All(values.Values, value => Assert.Matches("^[0-9a-f]{32}$", value));
        Assert.Equal(values.Count, values.Values.Distinct().Count());
        await using SandboxServer second = await SandboxServer.StartAsync(Options);
        foreach ((string id, string value) in values)
        {
            Assert.Equal(value, (await Admin(second).GetAsync($"{Tokens}/{id}")).Text("token"));
        }

        (await Admin(second).GetUserAsync("user@example.com", values["2"])).Expect(HttpStatusCode.OK);
    }

    // The first read of a seeded token encrypts its secret, while others decrypt theirs.
    [Fact]
    public async Task Get_ManyTokensAtTheSameTime_ShowsEachValue()
    {
        const int Count = 5000;
        await using SandboxServer server = await SandboxServer.StartAsync(new SandboxOptions { Tokens = Count });
        Client admin = Admin(server);

        await Parallel.ForAsync(0, 2 * Count, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
            (await admin.GetAsync($"{Tokens}/{2 + (i % Count)}")).Expect(HttpStatusCode.OK));
    }

    [Fact]
    public async Task Get_NeitherOwnerNorUser_ShowsTheMaskOfTheValue()
    {
        await using SandboxServer server = await SandboxServer.StartAsync(Options);
        string other = (await Admin(server).PostAsync(Tokens, """{"name":"m","user":"ci@example.com","audience":"credentials"}"""))
            .Text("token");

        string mask = (await Admin(server).With($"Bearer {other}").GetAsync($"{Tokens}/2")).Text("token");
        string value = (await Admin(server).GetAsync($"{Tokens}/2")).Text("token");

        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)).AsSpan(0, 16));
        Assert.Equal($"tk.{hash}.{value[^5..]}", mask);
        Assert.Equal("3fa90", value[^5..]);
    }

    [Fact]
    public async Task Start_KeyIsMissing_IsRefusedWithoutCreatingAnother()
    {
        await CreateAsync();
        File.Delete(KeyPath);

        await RefusedAsync("missing");

        Assert.False(File.Exists(KeyPath));
    }

    [Fact]
    public async Task Start_KeyOfAnotherDatabase_IsRefused()
    {
        await CreateAsync();
        File.WriteAllBytes(KeyPath, RandomNumberGenerator.GetBytes(32));

        await RefusedAsync("not the key of the database");
    }

    [Fact]
    public async Task Start_FileIsNoKey_IsRefused()
    {
        await CreateAsync();
        File.WriteAllText(KeyPath, "secret");

        await RefusedAsync("not a key");
    }

    [Fact]
    public async Task Start_KeyReadableByOthers_IsRefused()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await CreateAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        await RefusedAsync("chmod 600");
    }

    [Fact]
    public async Task Get_EncryptedValueOfAnotherToken_IsNotShown()
    {
        await using SandboxServer server = await SandboxServer.StartAsync(Options);
        await Admin(server).GetAsync($"{Tokens}/2");
        await Admin(server).GetAsync($"{Tokens}/3");
        await ExecuteAsync("UPDATE devo_tokens SET secret = (SELECT secret FROM devo_tokens WHERE id = 2) WHERE id = 3");

        HttpResponseMessage moved = await _http.SendAsync(new HttpRequestMessage(
            HttpMethod.Get, server.Description.Services["devo"].BaseUri + $"{Tokens}/3")
        {
            Headers = { { "Authorization", $"Bearer {server.Description.Services["devo"].Secret}" } },
        });

        Assert.Equal(HttpStatusCode.InternalServerError, moved.StatusCode);
    }

    [Fact]
    public async Task Start_DatabaseOfTheVersionBefore_KeepsTokensAndShowsSeededValues()
    {
        string secret, id;
        await using (SandboxServer first = await SandboxServer.StartAsync(Options))
        {
            Response issued = await Admin(first).PostAsync(Tokens, """{"name":"n","user":"user@example.com","audience":"http"}""");
            (secret, id) = (issued.Text("token"), issued.Id);
        }

        await ExecuteAsync("ALTER TABLE devo_tokens DROP COLUMN secret; DROP TABLE sandbox_key; PRAGMA user_version = 2");
        File.Delete(KeyPath);

        await using SandboxServer second = await SandboxServer.StartAsync(Options);

        // The version before stored only hashes.
        (await Admin(second).GetUserAsync("user@example.com", secret)).Expect(HttpStatusCode.OK);
        Assert.StartsWith("tk.", (await Admin(second).GetAsync($"{Tokens}/{id}")).Text("token"), StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{32}$", (await Admin(second).GetAsync($"{Tokens}/2")).Text("token"));
    }

    private async Task CreateAsync() => await (await SandboxServer.StartAsync(Options)).DisposeAsync();

    private async Task RefusedAsync(string expected)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => SandboxServer.StartAsync(Options));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private async Task ExecuteAsync(string script)
    {
        await using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        await connection.OpenAsync();
        SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The scripts are constants of this class.
        command.CommandText = script;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private Client Admin(SandboxServer server) => new(
        _http, server.Description.Services["devo"].BaseUri, $"Bearer {server.Description.Services["devo"].Secret}");
}
