using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Operations;

/// <summary>The request for a successor, if the record of the old token is unusual.</summary>
public sealed class SuccessorRequestTests
{
    private static readonly DateTimeOffset Year9999 = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    [Theory]
    [InlineData("Wegnology")]
    [InlineData("Gcore")]
    public async Task CreateSuccessorRequest_TokenExpiresInTheYear9999_KeepsExpiry(string service)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        TokenConnection connection = await TestConnections.ConnectAsync(server, service);
        var token = new ApiToken
        {
            Name = "ci",
            Scope = ["all.User"],
            Role = "Users",
            CreatedAt = connection.Time.GetUtcNow(),
            ExpiresAt = Year9999,
        };

        NewTokenRequest request = connection.Tokens.CreateSuccessorRequest(token, TokenExpiry.ServiceDefault);

        connection.Tokens.Validate(request);
        Assert.Equal(Year9999, request.Expiry.At);
    }

    [Fact]
    public async Task Validate_ScopeOfOldTokenUnknown_IsRejected()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        TokenConnection connection = await TestConnections.ConnectAsync(server, "Wegnology");
        NewTokenRequest request = connection.Tokens.CreateSuccessorRequest(new ApiToken { Name = "ci" }, TokenExpiry.ServiceDefault);

        var error = Assert.Throws<ApiTokenException>(() => connection.Tokens.Validate(request));

        Assert.Equal("PermissionsUnknown", error.ErrorId);
        Assert.Empty(server.Requests);
    }
}
