using ApiTokens.Sandbox;

namespace ApiTokens.SampleService.Tests;

/// <summary>Tests the emulator against contract.md, without the client.</summary>
public sealed class AcmeEmulatorTests
{
    [Theory]
    [InlineData("""{"name":"ci","scopes":["read"],"expires_at":null}""", 201, "\"secret\":\"acme_")]
    [InlineData("""{"scopes":["read"]}""", 400, "name is needed")]
    [InlineData("""{"name":"ci","scopes":["all"]}""", 400, "scopes must be some of read, write, manage")]
    [InlineData("""{"name":"ci","scopes":["read"],"expires_at":"2001-01-31T12:00:00Z"}""", 400, "must be a moment in the future")]
    [InlineData("""{"name":"ci","scopes":["read"],"owner":"me"}""", 400, "owner is not allowed")]
    public async Task Create_Body_ReturnsTokenOrErrorOfService(string body, int status, string expected)
    {
        await using SandboxServer server = await SandboxServer.StartAsync(new AcmeRecipe().Sandbox);
        ServiceDescription acme = server.Description.Services["acme"];
        using var client = new HttpClient { DefaultRequestHeaders = { Authorization = new("Bearer", acme.Secret) } };
        using var content = new StringContent(body);

        using HttpResponseMessage response = await client.PostAsync(new Uri($"{acme.BaseUri}/accounts/{acme.Account}/tokens"), content);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync());
    }
}
