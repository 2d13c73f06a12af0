using System.Security;

namespace ApiTokens.Core.Tests.Model;

public sealed class SecretTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("with\0nul")]
    [InlineData("päss\U0001F511wörd")]
    public void A_secret_comes_back_to_the_letter(string text)
    {
        using SecureString secret = SecretText.ToSecureString(text);

        Assert.True(secret.IsReadOnly());
        Assert.Equal(text, SecretText.ToPlainText(secret));
    }

    [Theory]
    [InlineData("abc", "abc", true)]
    [InlineData("abc", "abd", false)]
    [InlineData("abc", "ab", false)]
    [InlineData("", "", true)]
    [InlineData("abc", "ABC", false)]
    public void Secrets_are_compared_to_the_letter(string left, string right, bool same)
    {
        Assert.Equal(same, SecretText.FixedTimeEquals(left, right));
    }
}
