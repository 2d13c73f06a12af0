using ApiTokens.Core.Tests.Support;
using ApiTokens.Leaks;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Conformance;

public abstract partial class ServiceConformanceTests<TRecipe>
{
    [Fact]
    public async Task Secret_Issued_MatchesOnlyFormatOfItsServiceAndIsMasked()
    {
        ServiceDefinition definition = ServiceCatalog.Find(Recipe.Service);
        string issued = SecretText.ToPlainText((await NewAsync()).GetSecret());
        foreach (string secret in (string[])[issued, Sandbox.Describe(Recipe.Service).Secret])
        {
            Assert.Equal(definition, Assert.Single(ServiceCatalog.All, other => other.SecretFormat.IsMatch(secret)));
            Assert.Equal([secret], definition.SecretFormat.FindIn($"token={secret}, and more"));
            Assert.Equal([secret], SecretForms.In($"token={secret}, and more"));
            Assert.Equal("token=***, and more", ForeignText.Mask($"token={secret}, and more"));
        }
    }

    [Fact]
    public async Task FindBySecret_IssuedSecret_FindsTokenIfFormatIdentifiesIt()
    {
        await NewAsync("other");
        IssuedToken issued = await NewAsync("leaked");
        var steps = new List<SearchStep>();

        await foreach (SearchStep step in Tokens.FindBySecretAsync([issued.GetSecret()], maximumReads: 1000, default))
        {
            steps.Add(step);
        }

        SearchStep? found = steps.SingleOrDefault(step => step.Token is not null);
        Assert.Equal(Recipe.MatchedBy is null ? null : issued.Id, found?.Token!.Id);
        Assert.Equal(Recipe.MatchedBy, found?.MatchedBy);
    }

    [Fact]
    public async Task CheckSecret_RemovedToken_IsRejectedAfterBeingAccepted()
    {
        IssuedToken token = await NewAsync("check");

        SecretCheck active = await Tokens.CheckSecretAsync(token.GetSecret(), token, default);
        await Tokens.RemoveAsync(token.Id, default);
        SecretCheck removed = await Tokens.CheckSecretAsync(token.GetSecret(), token, default);

        Assert.Equal(SecretState.Accepted, active.State);
        Assert.Equal((Recipe.CheckReturnsId ? token.Id : null, Connection.Account), (active.TokenId, active.Account));
        Assert.Equal(SecretState.Refused, removed.State);
        Assert.Equal(ErrorKind.AuthenticationError, removed.Error!.Kind);
        Assert.DoesNotContain(SecretText.ToPlainText(token.GetSecret()), removed.Error.ToString());
    }

    [Fact]
    public async Task CheckSecret_ErrorQuotesSecrets_MasksBothAndSendsOnlyTestedSecret()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        string message = $"no tested-secret-1 and no {TestConnections.Secret}";
        server.Respond(500).Json($$"""{"message":"{{message}}","detail":"{{message}}","error":"{{message}}"}""", 400);
        TokenConnection connection = await TestConnections.ConnectAsync(server, Recipe.Service);

        var token = new ApiToken { Id = Recipe.UnusedId, Owner = "jdoe" };
        SecretCheck check = await connection.Tokens.CheckSecretAsync(SecretText.ToSecureString("tested-secret-1"), token, default);

        Assert.Equal(SecretState.Unknown, check.State);
        Assert.Contains("no *** and no ***", check.Error!.Message);
        Assert.Equal(Recipe.CheckPath, server.Requests[0].Path);
        (string header, string value) = Recipe.CheckHeader("tested-secret-1");
        Assert.All(server.Requests, request => Assert.Equal(value, request.Headers[header]));
        Assert.All(server.Requests, request => Assert.DoesNotContain(TestConnections.Secret, string.Join(" ", request.Headers.Values)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("a line\r\nInjected: header")]
    public async Task CheckSecret_InvalidText_IsNotSent(string text)
    {
        long before = await Sandbox.CountAsync();

        SecretCheck check = await Tokens.CheckSecretAsync(SecretText.ToSecureString(text), token: null, default);

        Assert.Equal((SecretState.Refused, "InvalidSecret"), (check.State, check.Error!.ErrorId));
        Assert.Equal(before, await Sandbox.CountAsync());
    }
}
