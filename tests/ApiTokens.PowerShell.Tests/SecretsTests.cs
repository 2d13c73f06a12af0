using System.Security;
using ApiTokens.PowerShell.Tests.Support;

namespace ApiTokens.PowerShell.Tests;

/// <summary>The types of secrets, and the sandbox's log. tests/Pester/Secrets.Tests.ps1 tests PowerShell's formatting.</summary>
public sealed class SecretsTests(SandboxFixture fixture) : CmdletTest(fixture)
{
    [Theory]
    [InlineData("nothing of it", false)]
    [InlineData("the secret abcdefghijkl", true)]
    [InlineData("starts with cdefghij...", true)]
    public void Search_OfASecretInAText_FindsTheWholeAndParts(string text, bool found) =>
        Assert.Equal(found ? ["abcdefghijkl"] : [], SecretSearch.Find(text, "abcdefghijkl"));

    [Theory]
    [ClassData(typeof(EachService))]
    public void NewApiToken_Secret_IsASecureStringOrTextWithAsPlainText(string connection)
    {
        PSObject token = NewToken(connection, with: new() { ["AsPlainText"] = true });
        Assert.True(Sandbox.Accepts(token, Assert.IsType<string>(token.Get("Secret"))));
        Assert.IsType<SecureString>(NewToken(connection).Get("Secret"));
    }

    [Fact]
    public void SandboxLog_AfterSecretsWereUsed_ContainsNone()
    {
        PSObject[] tokens = [.. ServiceCase.All.Select(service => NewToken(service.Connection))];
        Assert.All(tokens, token => Assert.True(Sandbox.Accepts(token)));
        string log = Sandbox.RawLog();
        Assert.Contains("probio", log);
        Assert.Empty(SecretSearch.Find(log, [.. tokens.Select(token => token.Secret())]));
    }
}
