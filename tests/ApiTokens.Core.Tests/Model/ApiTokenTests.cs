namespace ApiTokens.Core.Tests.Model;

public sealed class ApiTokenTests
{
    [Theory]
    [InlineData("ci", "42", "'ci' (42)")]
    [InlineData("", "42", "42")]
    [InlineData("ci", "", "'ci'")]
    public void ToString_NameOrIdUnknown_OmitsIt(string name, string id, string expected) =>
        Assert.Equal(expected, new ApiToken { Name = name, Id = id }.ToString());
}
