using System.Security;

namespace ApiTokens.Core.Tests.Model;

public sealed class SecretTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("with\0nul")]
    [InlineData("päss\U0001F511wörd")]
    public void ToPlainText_SecureString_ReturnsOriginalText(string text)
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
    public void FixedTimeEquals_Texts_ComparesOrdinally(string left, string right, bool expected)
    {
        Assert.Equal(expected, SecretText.FixedTimeEquals(left, right));
    }
}
