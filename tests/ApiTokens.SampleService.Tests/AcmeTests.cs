using System.Net;
using ApiTokens.Core.Tests.Conformance;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.SampleService.Tests;

/// <summary>The behaviour specific to Acme, and the conformance tests.</summary>
public sealed class AcmeTests(RecipeSandbox<AcmeRecipe> sandbox) : ServiceConformanceTests<AcmeRecipe>(sandbox)
{
    [Theory]
    [InlineData("read", "everything")]
    [InlineData(" ")]
    public async Task Create_UnknownScope_ThrowsWithoutRequest(params string[] scope)
    {
        var request = new NewTokenRequest { Name = "x", Scope = scope };
        ApiTokenException error = await Sandbox.AssertFailsWithoutRequestAsync(() => Tokens.CreateAsync(request, default));

        Assert.Equal("InvalidScope", error.ErrorId);
    }

    [Fact]
    public async Task IsOwnToken_TokenWithoutManageScope_IsTrueAndListIsDenied()
    {
        IssuedToken issued = await NewAsync();
        TokenConnection connection = await Sandbox.ConnectAsync("Acme", secret: SecretText.ToPlainText(issued.GetSecret()));

        Assert.True(await connection.Tokens.IsOwnTokenAsync(issued, default));
        Assert.False(await Tokens.IsOwnTokenAsync(issued, default));
        var error = await Assert.ThrowsAsync<ApiTokenException>(() => connection.Tokens.ListAsync());
        Assert.Equal((ErrorKind.PermissionDenied, HttpStatusCode.Forbidden), (error.Kind, error.StatusCode));
        Assert.Contains("the scope manage is needed", error.Message);
    }
}
