using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;
using Microsoft.AspNetCore.Http;

namespace ApiTokens.Core.Tests.Services;

/// <summary>Only a response of the service itself proves a secret. A proxy may answer with any status and content type.</summary>
public sealed class SecretCheckTests
{
    public static TheoryData<string, int, string, string> ProxyResponses
    {
        get
        {
            var cases = new TheoryData<string, int, string, string>();
            foreach (string service in FaultySandbox.ServiceNames)
            {
                cases.Add(service, 403, "text/html", "<html>Access denied by policy</html>");
                cases.Add(service, 403, "text/plain", "Blocked");
                cases.Add(service, 403, "application/json", "");
                cases.Add(service, 403, "application/json", """{"blocked":true}""");
                cases.Add(service, 403, "application/json", """{"message":"Forbidden by policy"}""");
                cases.Add(service, 403, "text/plain", """{"type":"Forbidden","message":"Blocked"}""");
                cases.Add(service, 200, "text/html", "<html>Log in to the network</html>");
                cases.Add(service, 200, "application/json", "{}");
                cases.Add(service, 200, "text/plain", "OK");
                cases.Add(service, 502, "text/html", "<html>Bad gateway</html>");
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(ProxyResponses))]
    public async Task CheckSecret_ResponseOfProxy_ProvesNothing(string service, int status, string type, string body)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.DefaultHandler = async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            await context.Response.WriteAsync(body);
        };
        TokenConnection connection = await TestConnections.ConnectAsync(server, service);

        SecretCheck check = await connection.Tokens.CheckSecretAsync(SecretText.ToSecureString("1_secret"), token: null, default);

        Assert.Equal(SecretState.Unknown, check.State);
    }

    [Theory]
    [MemberData(nameof(FaultySandbox.Services), MemberType = typeof(FaultySandbox))]
    public async Task Remove_ResponseOfProxy_ReportsUnknownOutcome(string service)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.DefaultHandler = async context =>
        {
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync("Welcome to the network");
        };
        TokenConnection connection = await TestConnections.ConnectAsync(server, service);

        var error = await Assert.ThrowsAsync<ApiTokenException>(
            () => connection.Tokens.RemoveAsync(Conformance.ServiceRecipe.Of(service).UnusedId, default));

        Assert.True(error.OutcomeUnknown);
    }

    [Theory]
    [InlineData("Wegnology", """{"type":"Forbidden","message":"The scope is not sufficient"}""", SecretState.Accepted)]
    [InlineData("Gcore", """{"message":"You do not have permission to perform this action."}""", SecretState.Unknown)]
    [InlineData("Devo", """{"error":{"code":403,"message":"Forbidden"}}""", SecretState.Unknown)]
    public async Task CheckSecret_ForbiddenByService_ProvesWhatTheServiceDocuments(string service, string body, SecretState expected)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        server.DefaultHandler = async context =>
        {
            context.Response.StatusCode = 403;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body);
        };
        TokenConnection connection = await TestConnections.ConnectAsync(server, service);

        SecretCheck check = await connection.Tokens.CheckSecretAsync(SecretText.ToSecureString("1_secret"), token: null, default);

        Assert.Equal(expected, check.State);
    }
}
