using System.Buffers.Text;
using System.Text;
using ApiTokens.Leaks;
using ApiTokens.Services.Wegnology;

namespace ApiTokens.Core.Tests.Services.Wegnology;

/// <summary>What a secret says about its token (contracts/wegnology.md, 1.12).</summary>
public sealed class WegnologySecretFormatTests
{
    private const string Subject = "5e0000000000000000000abc";
    private const string Other = "575ed70c7ae143cd83dc4aa9";

    private readonly WegnologySecretFormat _format = new();

    [Theory]
    [InlineData("""{"aud":"575ed70c7ae143cd83dc4aa9","sub":"5E0000000000000000000ABC"}""", Subject, Other)]
    [InlineData("""{"sub":"5e0000000000000000000abc","ids":["575ed70c7ae143cd83dc4aa9"]}""", Subject, Other)]
    [InlineData("""{"jti":"575ed70c7ae143cd83dc4aa9","sub":"me"}""", Other)]
    [InlineData("[1]")]
    [InlineData("not JSON")]
    public void TokenIdsIn_Claims_StartWithSubject(string claims, params string[] expected) =>
        Assert.Equal(expected, _format.TokenIdsIn(Secret(claims)));

    [Theory]
    [InlineData(
        """{"sub":"5e0000000000000000000abc","subtype":"apiToken","scope":["all.User.read","devices.get"],"exp":1924992000}""",
        "the scope all.User.read, devices.get, and expires at 2031-01-01 00:00:00Z.")]
    [InlineData(
        """{"sub":"5e0000000000000000000abc","subtype":"apiToken","scope":["all.User"]}""", "the scope all.User, and never expires.")]
    [InlineData("""{"sub":"5e0000000000000000000abc","subtype":"apiToken"}""", "an unknown scope, and never expires.")]
    [InlineData("""{"sub":"5e0000000000000000000abc","subtype":"apiToken","exp":9e99}""", "an unknown scope, and never expires.")]
    public void Describe_ApiToken_SaysScopeAndExpiry(string claims, string end) => Assert.Equal(
        $"According to its claims, which are not verified, it is the secret of token {Subject} with {end}",
        _format.Describe(Secret(claims)));

    [Theory]
    [InlineData("""{"sub":"5e0000000000000000000abc"}""")]
    [InlineData("""{"sub":"5e0000000000000000000abc","subtype":"user"}""")]
    [InlineData("""{"sub":"x","subtype":"apiToken"}""")]
    [InlineData("""{"sub":{"a":1},"subtype":"apiToken"}""")]
    [InlineData("{")]
    public void Describe_NoApiToken_IsNull(string claims) => Assert.Null(_format.Describe(Secret(claims)));

    [Fact]
    public void Unattributed_NoConnection_DescribesSecretWithoutRequest()
    {
        using var search = new SecretSearch([]);
        string text = Secret("""{"sub":"5e0000000000000000000abc","subtype":"apiToken","scope":["all.User\u001b[2J"],"exp":1924992000}""");
        search.Add(new LeakedSecret(SecretText.ToSecureString(text), "line 1"));

        ApiTokenException error = Assert.Single(search.TakeUnattributed()).Error;

        Assert.Contains($"it is the secret of token {Subject} with the scope all.User\uFFFD[2J, and expires at 2031-01-01", error.Message);
        Assert.DoesNotContain(text, error.ToString());
    }

    private static string Secret(string claims) =>
        $"{Encode("""{"alg":"HS256"}""")}.{Encode(claims)}.c2lnbmF0dXJl";

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
